// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/http/message.h"

namespace holdline {

/// The upstream's part of an answer to a client.
struct UpstreamAnswer
{
    int status = 0;          ///< status of the upstream's answer to the start request; 0 without one
    QByteArray contentType;  ///< of `body`
    QByteArray body;         ///< passed on byte for byte
    QByteArray proxyStatus;  ///< RFC 9209 error type of the last failed start request
    QString detail;          ///< error message of the last failed start request
    std::optional<std::chrono::milliseconds> retryAfter{};  ///< the upstream's delay, passed on
    int resultStatus = 200;                                 ///< status of an answer with a result
    bool heldBack = false;  ///< no start request was sent, and the circuit breaker was open at the deadline
    std::vector<std::pair<QByteArray, QByteArray>> fields{};  ///< passed on, see StartResult::fields
};

/// Makes the response to the client of a settled job, for every outcome.
http::Response jobResponse(const Job &job, const UpstreamAnswer &upstream);

/// Makes the same answer in the form that is stored. `response` is that of jobResponse(), perhaps with more
/// fields.
RecordedAnswer recordedAnswer(const Job &job, const UpstreamAnswer &upstream, const http::Response &response);

/// Returns the value of Server-Timing: `queue;dur=1.204, start;dur=6.512, job;dur=500.095, total;dur=507.811`
/// (W3C Server Timing, milliseconds). Leaves out phases that were not reached.
QByteArray serverTiming(const JobPhases &phases);

/// Makes the response to an accepted callback, e.g. 200 `{"callback":"matched"}`.
http::Response callbackTaken(CallbackOutcome callback);

}  // namespace holdline
