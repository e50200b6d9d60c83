// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFlags>
#include <QLatin1StringView>

#include <cstdint>

namespace holdline {

/// Why a request ended the way it did: one word per reason. The same word is the problem's `code`, the log
/// line's `outcome`, the metric's label and the monitor's filter, so that one search finds all of them.
enum class Reason : std::uint8_t {
    // A job's outcomes
    Completed,            ///< the callback came and says completed
    JobFailed,            ///< the callback came and says the job failed; passed on as it is
    PassedThrough,        ///< `wait:false`: the upstream's answer to the start was returned at once
    StartRejected,        ///< the upstream refused the start with a 4xx; passed on as it is
    UpstreamUnreachable,  ///< no connection to the upstream, after retries
    UpstreamError,        ///< the upstream answered the start with 5xx, a redirect or nonsense, after retries
    StartUnknown,         ///< the start was sent, its fate is unknown, and no callback came by the deadline
    CallbackTimeout,      ///< the job was started, and no callback came by the deadline
    QueueTimeout,         ///< the deadline passed before the account's lane granted a start
    ClientGone,           ///< the client left before its answer
    Cancelled,            ///< an operator or the API cancelled the job
    Interrupted,          ///< the service ended while the start was under way, and no callback came since
    // A request's end that is not its job's
    HandedOver,  ///< answered 202 with the job's address; the job goes on
    Replayed,    ///< its Idempotency-Key's job had ended: the stored answer
    // Refused at once
    Draining,             ///< the service is shutting down
    CircuitOpen,          ///< the upstream failed too often lately
    Overloaded,           ///< a limit on held requests, queued starts or connections is reached
    DeadlineUnreachable,  ///< from where the lane stands the answer cannot come in time
    LaneFull,             ///< this account's queue is full
    StoreUnavailable,     ///< what was asked for needs a promise that cannot be kept: nothing can be stored
    // Idempotency keys and the jobs API
    IdempotencyKeyInvalid,   ///< neither a quoted nor a bare key of 1 to 255 visible characters
    IdempotencyKeyReused,    ///< the key came with another request before
    IdempotencyKeyInFlight,  ///< the key's job has not ended, and joining is switched off
    Expired,                 ///< there was such a job, its result is no longer kept
    AlreadyEnded,            ///< too late to cancel it
    // Requests that are wrong
    InvalidJson,
    MissingAccount,
    BadRequest,
    RequestTimeout,
    BodyTooLarge,
    TargetTooLong,
    HeadersTooLarge,
    NotFound,
    MethodNotAllowed,
    ExpectationFailed,
    NotImplemented,
    VersionNotSupported,
    // Callbacks that are not taken
    CallbackUnknown,
    CallbackMismatched,
    CallbackMalformed,
    InternalError,
};

inline constexpr int kReasonCount = static_cast<int>(Reason::InternalError) + 1;

/// What follows from a job's end beside its answer.
enum class EndTrait : std::uint8_t {
    IsResult = 1 << 0,      ///< the upstream's own result
    MissesResult = 1 << 1,  ///< the job may have run, and nothing was heard: a late result replaces this end
    NeverStarted = 1 << 2,  ///< the job certainly did not run: its Idempotency-Key is free again
    /// A handed-over job that ends so is worth repeating: it leaves a dead letter, and the store keeps its
    /// request.
    LeavesDeadLetter = 1 << 3,
};
Q_DECLARE_FLAGS(EndTraits, EndTrait)
Q_DECLARE_OPERATORS_FOR_FLAGS(EndTraits)

/// What is fixed about a reason. `status` is the HTTP status of the answer; for outcomes that pass the
/// upstream's answer on it is only the usual one.
struct ReasonInfo
{
    QLatin1StringView name;
    int status;
    QLatin1StringView title;
    EndTraits traits{};  ///< none where no job ends so

    constexpr bool has(EndTrait trait) const { return traits.testFlag(trait); }
};

const ReasonInfo &reasonInfo(Reason reason);

inline QLatin1StringView name(Reason reason)
{
    return reasonInfo(reason).name;
}

}  // namespace holdline
