// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/walltime.h"
#include "core/job/jobjournal.h"
#include "core/job/jobmachine.h"
#include "core/job/jobprogress.h"

#include <QByteArray>
#include <QMetaType>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// The client's request, stored so that the start request can be made again.
struct RecordedRequest
{
    QByteArray target;                                       ///< path and query as received, "/start"
    QByteArray body;                                         ///< byte for byte; parseStart() accepted it
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< header fields that are sent to the upstream
    QByteArray method{};                                     ///< null for POST

    friend bool operator==(const RecordedRequest &, const RecordedRequest &) = default;
};

/// The answer of a settled job. Every client that asks for the job's result gets this answer.
struct RecordedAnswer
{
    int status = 0;
    QByteArray contentType;
    QByteArray body;         ///< byte for byte
    QByteArray proxyStatus;  ///< value of the Proxy-Status header field, or empty
    /// Other header fields of the upstream's answer that belong to its status or body, such as
    /// WWW-Authenticate.
    std::vector<std::pair<QByteArray, QByteArray>> fields{};

    friend bool operator==(const RecordedAnswer &, const RecordedAnswer &) = default;
};

/// All data of a durable job: a job whose client sent an Idempotency-Key, or that was handed over. The record
/// is stored, restored after a restart of the service, and shown by the jobs API. Plain data that may be
/// passed to another thread. A missing value is a null QByteArray.
struct JobRecord
{
    QByteArray id;
    QByteArray account;
    QByteArray route;  ///< name of the route; null for the built-in one
    QByteArray token;  ///< CallbackToken::toText(), a secret; null for a job with `wait:false`
    /// The Idempotency-Key without quotes. Null without a key. Also null when the job certainly never ran, so
    /// that the key can be used again.
    QByteArray key;
    QByteArray fingerprint;  ///< fingerprint() of the request with the key (32 bytes)
    JobStatus status;
    /// Number of the last change that clients can see, from 1. Sent as the `id` of the jobs API's events.
    std::uint64_t revision = 1;
    int attempts = 0;             ///< start requests sent so far
    QByteArray upstreamId;        ///< id of the job at the upstream
    QByteArray upstreamLocation;  ///< URL of the job at the upstream
    QByteArray requestId;         ///< id of the client's request
    QByteArray client;            ///< address of the client
    QByteArray startTrouble;      ///< result of the last failed start request, for people
    JobProgress progress;
    int joined = 0;            ///< requests that joined this job by its key
    bool repeatable = false;   ///< the client allows to repeat a start request of unknown fate
    bool addressTold = false;  ///< a client got the job's URL, so the job must be found there
    /// Set when a job ends whose callbacks contain no result. A late result of such a job is fetched from the
    /// upstream, which needs the client's request.
    bool fetchable = false;
    JobJournal journal;

    WallTime created{};
    WallTime deadline{};
    std::optional<WallTime> started;   ///< the last start request was sent
    std::optional<WallTime> answered;  ///< the last start request ended
    std::optional<WallTime> callback;  ///< the callback with the result arrived
    std::optional<WallTime> settled;   ///< the job ended
    /// `created` on the monotonic Clock of this process. Not encoded: the store has the age of the job
    /// instead, which does not change when the time of day is set. Present in records that the coordinator
    /// makes and in records that are read for recovery. Jobs::restore() computes all times of the job from
    /// this time, also the deadline.
    std::optional<TimePoint> made;

    /// The client's request. Needed until the job is settled. After that, it is needed when the job became a
    /// dead letter, or when the job is `fetchable` and still has no result. A put() without a request leaves
    /// the stored request as it is.
    std::optional<RecordedRequest> request;
    std::optional<RecordedAnswer> answer;  ///< set once settled
    /// True when only id and account are left, because the result was removed from the store.
    bool expired = false;

    bool isSettled() const { return status.state == JobState::Settled; }
    friend bool operator==(const JobRecord &, const JobRecord &) = default;
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::JobRecord)
