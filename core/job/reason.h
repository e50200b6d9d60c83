// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFlags>
#include <QLatin1StringView>

#include <cstdint>

namespace holdline {

/// The reason why a request ended. Each reason has one name: the `code` of the problem, the `outcome` in
/// the log, the label of the metric and the filter of the monitor. So one search finds all of them.
enum class Reason : std::uint8_t {
    // A job's outcomes
    Completed,            ///< the callback reported success
    JobFailed,            ///< the callback reported a failure; it is passed on unchanged
    PassedThrough,        ///< `wait:false`: the client got the upstream's answer to the start
    StartRejected,        ///< the upstream refused the start with a 4xx, passed on unchanged
    UpstreamUnreachable,  ///< no connection to the upstream, after retries
    UpstreamError,        ///< the upstream answered the start with 5xx or a redirect, after retries
    StartUnknown,         ///< the start was sent, its fate is unknown, and no callback came by the deadline
    CallbackTimeout,      ///< the job was started, and no callback came by the deadline
    QueueTimeout,         ///< the deadline passed before the first start of the job
    ClientGone,           ///< the client left before its answer
    Cancelled,            ///< an operator or the API cancelled the job
    Interrupted,          ///< the service ended while the start was under way, and no callback came since
    DrainTimeout,         ///< the service shut down before the callback; the job may have run
    // Ends of a request whose job goes on or has ended before
    HandedOver,  ///< answered 202 with the address of the job, which goes on
    Replayed,    ///< got the stored answer of the ended job with its Idempotency-Key
    // Refused at once
    Draining,             ///< the service is shutting down, and the job certainly did not start
    CircuitOpen,          ///< the upstream failed too often lately, and is not tried before the deadline
    Overloaded,           ///< a limit on held requests, queued starts or connections is reached
    DeadlineUnreachable,  ///< the queue of the lane is too long for the deadline
    LaneFull,             ///< this account's queue is full
    AccountLimit,         ///< this account uses its share of what all accounts share
    StoreUnavailable,     ///< the request needs a durable job, and the store is unavailable
    // Idempotency keys and the jobs API
    IdempotencyKeyInvalid,   ///< neither a quoted nor a bare key of 1 to 255 visible characters
    IdempotencyKeyReused,    ///< the key came with another request before
    IdempotencyKeyInFlight,  ///< the job of the key has not ended, and joining is switched off
    Expired,                 ///< the result of the job is no longer stored
    AlreadyEnded,            ///< the job has ended and cannot be cancelled
    // Requests that are wrong
    InvalidJson,
    MissingAccount,
    BadRequest,
    RequestTimeout,
    BodyTooLarge,
    UnsupportedEncoding,  ///< the body has a content coding, of a start or a callback
    TargetTooLong,
    HeadersTooLarge,
    NotFound,
    MethodNotAllowed,
    ExpectationFailed,
    NotImplemented,
    VersionNotSupported,
    // Refused callbacks
    CallbackUnknown,
    CallbackMismatched,
    CallbackMalformed,
    CallbackUnauthorised,
    KeysUnavailable,  ///< the keys that verify the callback cannot be fetched now
    InternalError,
};

inline constexpr int kReasonCount = static_cast<int>(Reason::InternalError) + 1;

/// Consequences of the end of a job, beside its answer.
enum class EndTrait : std::uint8_t {
    IsResult = 1 << 0,      ///< the upstream reported a result
    MissesResult = 1 << 1,  ///< the job may have run; a late result replaces this end
    NeverStarted = 1 << 2,  ///< the job certainly did not run; its Idempotency-Key is free
    /// A handed-over job with this end is worth repeating. It leaves a dead letter, and the store
    /// keeps its request.
    LeavesDeadLetter = 1 << 3,
};
Q_DECLARE_FLAGS(EndTraits, EndTrait)
Q_DECLARE_OPERATORS_FOR_FLAGS(EndTraits)

/// The fixed facts of a reason. `status` is the HTTP status of the answer. For outcomes that pass an
/// answer of the upstream on, it is only the usual status.
struct ReasonInfo
{
    QLatin1StringView name;
    int status;
    QLatin1StringView title;
    EndTraits traits{};  ///< empty for a reason that is no end of a job

    constexpr bool has(EndTrait trait) const { return traits.testFlag(trait); }
};

const ReasonInfo &reasonInfo(Reason reason);

inline QLatin1StringView name(Reason reason)
{
    return reasonInfo(reason).name;
}

}  // namespace holdline
