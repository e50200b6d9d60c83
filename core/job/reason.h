// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFlags>
#include <QLatin1StringView>

#include <cstdint>

namespace holdline {

/// The reason why a request or a job ended. Each reason has one name, which is the `code` of the problem, the
/// `outcome` in the log, the label of the metric and the filter in the monitor. So one search finds all of
/// them.
enum class Reason : std::uint8_t {
    // Outcomes of a job
    Completed,            ///< the callback reported success
    JobFailed,            ///< the callback reported a failure; the client gets its body unchanged
    PassedThrough,        ///< `wait:false`: the client got the upstream's answer to the start request
    StartRejected,        ///< the upstream refused the start request with a 4xx; the client gets that answer
    UpstreamUnreachable,  ///< no connection to the upstream, after retries
    UpstreamError,        ///< the upstream answered the start request with 5xx or a redirect, after retries
    StartUnknown,         ///< it is unknown whether the job was started, and no callback came by the deadline
    CallbackTimeout,      ///< the job was started, and no callback came by the deadline
    QueueTimeout,         ///< the deadline passed before the first start request
    ClientGone,           ///< the client closed the connection before its answer
    Cancelled,            ///< an operator or the jobs API cancelled the job
    Interrupted,          ///< the service ended during a start request, and no callback came since
    DrainTimeout,         ///< the service shut down before the callback; the job may have run
    // Ends of a request whose job goes on, or had ended before the request
    HandedOver,  ///< answered 202 with the URL of the job, which goes on
    Replayed,    ///< answered with the stored answer of the ended job with the same Idempotency-Key
    // Requests that are refused at once
    Draining,             ///< the service is shutting down, and the job certainly did not start
    CircuitOpen,          ///< the circuit breaker is open, and the next probe is not before the deadline
    Overloaded,           ///< a limit of held requests, waiting jobs or connections is reached
    DeadlineUnreachable,  ///< the queue of the lane is too long for the deadline
    LaneFull,             ///< the queue of the account is full
    AccountLimit,         ///< the account uses its share of a limit that all accounts share
    StoreUnavailable,     ///< the request needs a durable job, and the store is unavailable
    // Idempotency keys and the jobs API
    IdempotencyKeyInvalid,   ///< neither a quoted nor a bare key of 1 to 255 visible characters
    IdempotencyKeyReused,    ///< the key belongs to another request
    IdempotencyKeyInFlight,  ///< the job with this key has not ended, and joining it is switched off
    Expired,                 ///< the result of the job is no longer stored
    AlreadyEnded,            ///< the job has ended and cannot be cancelled
    // Invalid requests
    InvalidJson,
    MissingAccount,
    BadRequest,
    RequestTimeout,
    BodyTooLarge,
    UnsupportedEncoding,  ///< the body of a request or a callback has a content coding
    TargetTooLong,
    HeadersTooLarge,
    NotFound,
    MethodNotAllowed,
    ExpectationFailed,
    NotImplemented,
    VersionNotSupported,
    // Refused callbacks; see CallbackOutcome
    CallbackUnknown,
    CallbackMismatched,
    CallbackMalformed,
    CallbackUnauthorised,
    KeysUnavailable,  ///< the keys that verify the callback cannot be fetched now
    InternalError,
};

inline constexpr int kReasonCount = static_cast<int>(Reason::InternalError) + 1;

/// What the end of a job implies, apart from the answer.
enum class EndTrait : std::uint8_t {
    IsResult = 1 << 0,      ///< the upstream reported a result
    MissesResult = 1 << 1,  ///< the job may have run; a late result replaces this outcome
    NeverStarted = 1 << 2,  ///< the job certainly did not run; its Idempotency-Key can be used again
    /// A handed-over job with this end may be worth repeating. It becomes a dead letter, and its request
    /// stays in the store.
    LeavesDeadLetter = 1 << 3,
};
Q_DECLARE_FLAGS(EndTraits, EndTrait)
Q_DECLARE_OPERATORS_FOR_FLAGS(EndTraits)

/// The properties of a reason. `status` is the HTTP status of the answer. Where the client gets an answer of
/// the upstream, `status` is only the usual one.
struct ReasonInfo
{
    QLatin1StringView name;
    int status;
    QLatin1StringView title;
    EndTraits traits{};  ///< empty for a reason that is not an end of a job

    constexpr bool has(EndTrait trait) const { return traits.testFlag(trait); }
};

const ReasonInfo &reasonInfo(Reason reason);

inline QLatin1StringView name(Reason reason)
{
    return reasonInfo(reason).name;
}

}  // namespace holdline
