// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "service/http/message.h"

namespace holdline {

/// What the upstream said that an answer needs, beside the job itself.
struct UpstreamAnswer
{
    int status = 0;          ///< of its answer to the start; 0 when there was none
    QByteArray contentType;  ///< of what is passed on
    QByteArray body;         ///< passed on byte for byte
    QByteArray proxyStatus;  ///< RFC 9209 error type of the last failed start
    QString detail;          ///< of the last failed start, for people
};

/// The answer of a settled job, whatever its outcome.
http::Response jobResponse(const Job &job, const UpstreamAnswer &upstream);

/// `queue;dur=1.2, start;dur=6.5, job;dur=500.1, total;dur=508.0` (W3C Server Timing, milliseconds); phases
/// that were not reached are left out.
QByteArray serverTiming(const JobPhases &phases);

/// The answer to a callback that was taken: 200 `{"callback":"matched"}`.
http::Response callbackTaken(CallbackOutcome word);

}  // namespace holdline
