// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/httpvalues/prefer.h"
#include "core/job/accountusage.h"
#include "core/profile/startcodec.h"
#include "service/holdline/jobs/durablejob.h"
#include "service/holdline/ports/exchange.h"

#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// Header fields of the client's request that requests to the upstream need.
using TravellingHeaders = std::vector<std::pair<QByteArray, QByteArray>>;

/// Returns whether travellingHeaders() may return a field of this name.
bool isTracing(QByteArrayView name);
/// Returns X-Request-Id with the id of the request, and the W3C Trace Context fields of the request.
TravellingHeaders travellingHeaders(const http::Request &request);

/// Adds further fields that travel, but no second one of those that travellingHeaders() has made.
void addFields(TravellingHeaders &headers, TravellingHeaders fields);

/// A start request before it makes a job, joins one, or is refused.
struct PendingRequest
{
    StartRequest start;
    std::unique_ptr<Exchange> exchange;
    Preferences preferences;
    QByteArray key;          ///< the Idempotency-Key, or null
    QByteArray fingerprint;  ///< empty without a key
    QByteArray method;       ///< null for POST
    QByteArray target;       ///< path and query as received
    TravellingHeaders headers;
    QByteArray requestId;
    QByteArray client;        ///< address of the client
    QByteArray links;         ///< see linkBaseOf()
    TimePoint since{};        ///< when the request came
    AccountUsage::Seat seat;  ///< counts the request for its account

    /// Returns whether the job goes on without its client: the request has a key or asks for a hand-over.
    bool wantsDurableJob() const { return !key.isNull() || preferences.respondAsync; }
};

/// Makes a PendingRequest of a client's request. `fields` are the header fields that requests to the upstream
/// need beside travellingHeaders(). `key` and `fingerprint` stay empty. A passed-through request is answered
/// at once, so it is never handed over.
PendingRequest pendingRequest(const http::Request &request, StartRequest start, TravellingHeaders fields,
                              std::unique_ptr<Exchange> exchange, TimePoint now);

/// Makes the durable part of the job that this request made.
std::unique_ptr<DurableJob> durableJobOf(const Job &job, const PendingRequest &request);

}  // namespace holdline
