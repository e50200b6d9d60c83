// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/jobid.h"
#include "core/job/jobmachine.h"
#include "core/job/lanes.h"

#include <QByteArray>

#include <optional>

namespace holdline {

/// When each phase of a job began; empty while it has not.
struct JobTimes
{
    TimePoint created{};
    std::optional<TimePoint> started;   ///< the last start request left
    std::optional<TimePoint> answered;  ///< the upstream answered it, or its fate became unknown
    std::optional<TimePoint> callback;  ///< the callback that settled it came
    std::optional<TimePoint> settled;
    std::chrono::system_clock::time_point createdWall{};  ///< for people only
};

/// How long each phase took; nothing for one that was not reached.
struct JobPhases
{
    std::optional<Duration> queue;  ///< asked → last start left
    std::optional<Duration> start;  ///< start left → its answer
    std::optional<Duration> job;  ///< start's answer → callback (from the start where the callback was early)
    Duration total{};             ///< asked → settled
};

/// One held request and the job behind it. Plain data; owned by Jobs.
struct Job
{
    JobKey key = 0;
    QByteArray id;
    std::optional<CallbackToken> token;  ///< none for a job that passes through
    QByteArray account;
    JobStatus status;
    JobTimes times;
    TimePoint deadline{};
    int attempts = 0;
    QByteArray upstreamId;  ///< empty until the upstream said it
    QByteArray requestId;
    QByteArray client;  ///< the other end's address
    /// What the last start that did not succeed came to, for people: "HTTP 503", "connection refused".
    QByteArray startTrouble;
    int endStatus = 0;  ///< HTTP status of the client's answer once settled, 499 when it had left
    // Of a durable job, once settled; until then its promise says so.
    int joined = 0;          ///< requests that joined it by its key
    bool recovered = false;  ///< from before the service was started
    /// A result that came too late for its client; bounded by Jobs::Limits.
    QByteArray retainedResult;

    bool isSettled() const { return status.state == JobState::Settled; }
    JobPhases phases(TimePoint now) const;
};

}  // namespace holdline
