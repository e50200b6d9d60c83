// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>
#include <QMetaType>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// A time of day as it is stored and shown: the system's clock, in milliseconds.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What is needed to make a job's start again: the client's request.
struct RecordedRequest
{
    QByteArray target;                                       ///< path and query as they came, "/start"
    QByteArray body;                                         ///< byte for byte; parseStart() has taken it
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< those that travel to the upstream

    friend bool operator==(const RecordedRequest &, const RecordedRequest &) = default;
};

/// The answer of a settled job, as every client that asks for it gets it.
struct RecordedAnswer
{
    int status = 0;
    QByteArray contentType;
    QByteArray body;         ///< byte for byte
    QByteArray proxyStatus;  ///< value of the Proxy-Status field; empty: none

    friend bool operator==(const RecordedAnswer &, const RecordedAnswer &) = default;
};

/// All there is to know of a durable job: one whose client sent an Idempotency-Key, or that was handed over.
/// This is what is stored, what recovery starts from, and what the jobs API shows. Plain data; may go to
/// another thread. Bytes that are not there are null QByteArrays.
struct JobRecord
{
    QByteArray id;
    QByteArray account;
    QByteArray token;  ///< CallbackToken::toText(), a secret; null for a job that passes through
    /// The Idempotency-Key without quotes; null: none, or it was given free again, because the job certainly
    /// never started.
    QByteArray key;
    QByteArray fingerprint;  ///< of the request the key came with (32 bytes)
    JobStatus status;
    /// Grows with each change that can be seen from outside; starts at 1. The `id` of an event of the jobs
    /// API.
    std::uint64_t revision = 1;
    int attempts = 0;
    QByteArray upstreamId;
    QByteArray requestId;
    QByteArray client;
    QByteArray startTrouble;  ///< what the last start that did not succeed came to, for people
    int joined = 0;           ///< requests that joined this job by its key

    WallTime created{};
    WallTime deadline{};
    std::optional<WallTime> started;   ///< the last start left
    std::optional<WallTime> answered;  ///< the upstream answered it
    std::optional<WallTime> callback;  ///< the result came
    std::optional<WallTime> settled;

    /// Needed until the job is settled, of handed-over ones that failed also afterwards. Where a record is
    /// put into the store without it, the one that is stored stays.
    std::optional<RecordedRequest> request;
    std::optional<RecordedAnswer> answer;  ///< once settled
    /// Only this record's id and account are left: its result is older than it may be.
    bool expired = false;

    bool isSettled() const { return status.state == JobState::Settled; }
    friend bool operator==(const JobRecord &, const JobRecord &) = default;
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::JobRecord)
