// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/http/message.h"

namespace holdline {

/// The upstream's part of an answer.
struct UpstreamAnswer
{
    int status = 0;          ///< of the upstream's answer to the start; 0 without one
    QByteArray contentType;  ///< of `body`
    QByteArray body;         ///< passed on byte for byte
    QByteArray proxyStatus;  ///< RFC 9209 error type of the last failed start
    QString detail;          ///< of the last failed start, for people
    std::optional<std::chrono::milliseconds> retryAfter{};  ///< of the upstream, passed on with its answer
    int resultStatus = 200;                                 ///< of the answer with a result
    bool heldBack = false;  ///< the circuit was open at the deadline of a job that got no start
    std::vector<std::pair<QByteArray, QByteArray>> fields{};  ///< of its answer to the start; see StartResult
};

/// The answer of a settled job, for every outcome.
http::Response jobResponse(const Job &job, const UpstreamAnswer &upstream);

/// The same as the store keeps it. `response` is that of jobResponse(), perhaps with more fields.
RecordedAnswer recordedAnswer(const Job &job, const UpstreamAnswer &upstream, const http::Response &response);

/// `queue;dur=1.204, start;dur=6.512, job;dur=500.095, total;dur=507.811` (W3C Server Timing, milliseconds).
/// Leaves out phases that were not reached.
QByteArray serverTiming(const JobPhases &phases);

/// The answer to an accepted callback, e.g. 200 `{"callback":"matched"}`.
http::Response callbackTaken(CallbackOutcome callback);

}  // namespace holdline
