// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/jobid.h"
#include "core/job/jobmachine.h"
#include "core/job/jobprogress.h"
#include "core/job/lanes.h"

#include <QByteArray>

#include <optional>

namespace holdline {

/// When each phase of a job began. Empty for a phase that has not begun.
struct JobTimes
{
    TimePoint created{};
    std::optional<TimePoint> started;   ///< the last start request left
    std::optional<TimePoint> answered;  ///< the upstream answered, or the fate became unknown
    std::optional<TimePoint> callback;  ///< the callback with the result came
    std::optional<TimePoint> settled;
    std::chrono::system_clock::time_point createdWall{};  ///< for people only
};

/// How long each phase took. Empty for a phase that was not reached.
struct JobPhases
{
    std::optional<Duration> queue;  ///< request → last start left
    std::optional<Duration> start;  ///< start left → its answer
    std::optional<Duration> job;    ///< start's answer → callback (from the start, for an early callback)
    Duration total{};               ///< request → settled
};

/// One job. Plain data, owned by Jobs.
struct Job
{
    JobKey key = 0;
    QByteArray id;
    std::optional<CallbackToken> token;  ///< empty for a job that passes through
    QByteArray account;
    QByteArray route;  ///< name of its route; empty for the usual one
    JobStatus status;
    JobTimes times;
    TimePoint deadline{};
    int attempts = 0;
    /// Its client allows that a start of unknown fate is sent again (`Prefer: repeatable`).
    bool repeatable = false;
    QByteArray upstreamId;        ///< empty until the upstream named it
    QByteArray upstreamLocation;  ///< the job's address at the upstream; empty without one
    QByteArray requestId;
    QByteArray client;  ///< address of the client
    /// Result of the last failed start, for people: "HTTP 503", "connection refused".
    QByteArray startTrouble;
    JobProgress progress;
    int endStatus = 0;  ///< HTTP status of the client's answer once settled, 499 when the client had left
    // Of a durable job, set when it is settled. Until then DurableJob has them.
    int joined = 0;          ///< requests that joined the job by its key
    bool recovered = false;  ///< read from the store when the service started
    /// A result that came too late for its client. Jobs::Limits bounds it.
    QByteArray retainedResult;

    bool isSettled() const { return status.state == JobState::Settled; }
    JobPhases phases(TimePoint now) const;
};

}  // namespace holdline
