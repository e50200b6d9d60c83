// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
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
    // Refused at once
    Draining,             ///< the service is shutting down
    CircuitOpen,          ///< the upstream failed too often lately
    Overloaded,           ///< a limit on held requests, queued starts or connections is reached
    DeadlineUnreachable,  ///< from where the lane stands the answer cannot come in time
    LaneFull,             ///< this account's queue is full
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

/// What is fixed about a reason. `status` is the HTTP status of the answer; for outcomes that pass the
/// upstream's answer on it is only the usual one.
struct ReasonInfo
{
    QLatin1StringView word;
    int status;
    QLatin1StringView title;
};

const ReasonInfo &reasonInfo(Reason reason);

inline QLatin1StringView word(Reason reason)
{
    return reasonInfo(reason).word;
}

}  // namespace holdline
