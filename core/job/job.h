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

/// When a job reached each point. Empty for a point that the job has not reached.
struct JobTimes
{
    TimePoint created{};
    std::optional<TimePoint> started;   ///< the last start request was sent
    std::optional<TimePoint> answered;  ///< the last start request ended: with an answer, an error or unknown
    std::optional<TimePoint> callback;  ///< the callback with the result arrived
    std::optional<TimePoint> settled;   ///< the job ended
    std::chrono::system_clock::time_point createdWall{};  ///< `created` as time of day, for people only
};

/// How long each phase took. Empty for a phase that was not reached.
struct JobPhases
{
    std::optional<Duration> queue;  ///< client's request → last start request sent
    std::optional<Duration> start;  ///< start request sent → its answer
    /// Answer to the start request → callback. When the callback came before that answer: start request →
    /// callback.
    std::optional<Duration> job;
    Duration total{};  ///< client's request → end of the job, or now
};

/// One job. Plain data, owned by Jobs.
struct Job
{
    JobKey key = 0;
    QByteArray id;
    std::optional<CallbackToken> token;  ///< empty for a job with `wait:false`
    QByteArray account;
    QByteArray route;  ///< name of the route; empty for the built-in one
    JobStatus status;
    JobTimes times;
    TimePoint deadline{};
    int attempts = 0;  ///< start requests sent so far
    /// The client allows that the start request is sent again when it is unknown whether the job was started
    /// (`Prefer: repeatable`).
    bool repeatable = false;
    QByteArray upstreamId;        ///< id of the job at the upstream; empty while unknown
    QByteArray upstreamLocation;  ///< URL of the job at the upstream; empty without one
    QByteArray requestId;
    QByteArray client;  ///< address of the client
    /// Result of the last failed start request, for people: "HTTP 503", "connection refused".
    QByteArray startTrouble;
    JobProgress progress;
    int endStatus = 0;  ///< HTTP status of the client's answer, once settled; 499 when the client had left
    // Only for a durable job, set when the job is settled. Until then DurableJob has these values.
    int joined = 0;          ///< requests that joined the job by its Idempotency-Key
    bool recovered = false;  ///< read from the store when the service started
    /// Body of a result that came too late for its client. Jobs::Limits bounds its size.
    QByteArray retainedResult;

    bool isSettled() const { return status.state == JobState::Settled; }
    /// Returns the durations of the phases. For a job that is not settled, the last phase ends at `now`.
    JobPhases phases(TimePoint now) const;
};

}  // namespace holdline
