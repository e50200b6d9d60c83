// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/httpvalues/prefer.h"
#include "core/profile/startcodec.h"
#include "service/holdline/jobs/durablejob.h"
#include "service/holdline/ports/exchange.h"

#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// Fields of a client's request that travel to the upstream.
using TravellingHeaders = std::vector<std::pair<QByteArray, QByteArray>>;

/// The request's id and its W3C Trace Context.
TravellingHeaders travellingHeaders(const http::Request &request);

/// A client's start request before it makes a job, joins one, or is refused.
struct PendingRequest
{
    StartRequest start;
    std::unique_ptr<Exchange> exchange;
    Preferences preferences;
    QByteArray key;          ///< the Idempotency-Key; null: none
    QByteArray fingerprint;  ///< of the request, where it has a key
    QByteArray target;       ///< path and query as they came
    TravellingHeaders headers;
    QByteArray requestId;
    QByteArray client;  ///< the other end's address
    TimePoint since{};

    /// A job with a key, or one that is handed over, goes on without its client.
    bool wantsDurableJob() const { return !key.isNull() || preferences.respondAsync; }
};

/// The key is not read here. A request that passes through is answered at once, so it is never handed over.
PendingRequest pendingRequest(const http::Request &request, StartRequest start,
                              std::unique_ptr<Exchange> exchange, TimePoint now);

/// What the job that a request made has beside its Job.
std::unique_ptr<DurableJob> durableJobOf(const Job &job, const PendingRequest &request);

}  // namespace holdline
