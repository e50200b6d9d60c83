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

/// The client's request, as needed to start the job again.
struct RecordedRequest
{
    QByteArray target;                                       ///< path and query as received, "/start"
    QByteArray body;                                         ///< byte for byte; parseStart() accepted it
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< header fields that travel to the upstream
    QByteArray method{};                                     ///< null for POST

    friend bool operator==(const RecordedRequest &, const RecordedRequest &) = default;
};

/// The answer of a settled job. Every client that asks for it gets the same.
struct RecordedAnswer
{
    int status = 0;
    QByteArray contentType;
    QByteArray body;         ///< byte for byte
    QByteArray proxyStatus;  ///< value of the Proxy-Status field, or empty
    /// Other fields of the upstream's answer that the status or the body needs, such as WWW-Authenticate.
    std::vector<std::pair<QByteArray, QByteArray>> fields{};

    friend bool operator==(const RecordedAnswer &, const RecordedAnswer &) = default;
};

/// Everything about a durable job: a job whose client sent an Idempotency-Key, or that was handed over.
/// The store keeps this record, recovery starts from it, and the jobs API shows it. Plain data that may
/// move to another thread. A missing value is a null QByteArray.
struct JobRecord
{
    QByteArray id;
    QByteArray account;
    QByteArray route;  ///< name of its route; null for the usual one
    QByteArray token;  ///< CallbackToken::toText(), a secret; null for a job that passes through
    /// The Idempotency-Key without quotes. Null when there was none, or when the key became free
    /// because the job certainly never started.
    QByteArray key;
    QByteArray fingerprint;  ///< of the request the key came with (32 bytes)
    JobStatus status;
    /// Counts the changes that are visible from outside, from 1. It is the `id` of an event of the
    /// jobs API.
    std::uint64_t revision = 1;
    int attempts = 0;
    QByteArray upstreamId;
    QByteArray upstreamLocation;  ///< the job's address at the upstream
    QByteArray requestId;
    QByteArray client;
    QByteArray startTrouble;  ///< result of the last failed start, for people
    JobProgress progress;
    int joined = 0;            ///< requests that joined this job by its key
    bool repeatable = false;   ///< its client allows that a start of unknown fate is sent again
    bool addressTold = false;  ///< a client got the address of the job, so it must be found there
    /// Set at the end of a job whose result is fetched with its client's request, also when it comes late.
    bool fetchable = false;
    JobJournal journal;

    WallTime created{};
    WallTime deadline{};
    std::optional<WallTime> started;   ///< the last start left
    std::optional<WallTime> answered;  ///< the upstream answered it
    std::optional<WallTime> callback;  ///< the result came
    std::optional<WallTime> settled;
    /// `created` by the clock of this process. Not encoded: a store keeps the age instead, because nobody can
    /// set back an age. Set in records from the coordinator, and in those that are read for recovery. All
    /// times of a job follow from it, also the deadline: see Jobs::restore().
    std::optional<TimePoint> made;

    /// Needed until the job is settled. After that it is needed for a job that became a dead letter, and for
    /// a fetchable one that misses its result. A put()
    /// without a request leaves the stored request as it is.
    std::optional<RecordedRequest> request;
    std::optional<RecordedAnswer> answer;  ///< once settled
    /// True when only id and account are left, because the result was older than the store keeps
    /// results.
    bool expired = false;

    bool isSettled() const { return status.state == JobState::Settled; }
    friend bool operator==(const JobRecord &, const JobRecord &) = default;
};

}  // namespace holdline

Q_DECLARE_METATYPE(holdline::JobRecord)
