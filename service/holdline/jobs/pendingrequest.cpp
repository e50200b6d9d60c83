// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/pendingrequest.h"

#include <algorithm>

namespace holdline {

bool isTracing(QByteArrayView name)
{
    return name == "X-Request-Id" || name == "traceparent" || name == "tracestate";
}

TravellingHeaders travellingHeaders(const http::Request &request)
{
    TravellingHeaders headers;
    headers.emplace_back("X-Request-Id", request.requestId);
    for (const char *name : {"traceparent", "tracestate"}) {
        if (auto value = request.headers.combined(name))
            headers.emplace_back(name, *std::move(value));
    }
    return headers;
}

void addFields(TravellingHeaders &headers, TravellingHeaders fields)
{
    for (auto &field : fields) {
        const bool isThere = std::any_of(headers.begin(), headers.end(), [&field](const auto &one) {
            return isTracing(one.first) && http::equalsIgnoreCase(one.first, field.first);
        });
        if (!isThere)
            headers.push_back(std::move(field));
    }
}

PendingRequest pendingRequest(const http::Request &request, StartRequest start, TravellingHeaders fields,
                              std::unique_ptr<Exchange> exchange, TimePoint now)
{
    PendingRequest pending;
    pending.start = std::move(start);
    pending.exchange = std::move(exchange);
    if (const auto prefer = request.headers.combined("Prefer"))
        pending.preferences = parsePrefer(*prefer);
    pending.preferences.respondAsync = pending.preferences.respondAsync && pending.start.wait;
    pending.target = request.target;
    if (request.method != "POST")
        pending.method = request.method;
    pending.headers = travellingHeaders(request);
    addFields(pending.headers, std::move(fields));
    pending.requestId = request.requestId;
    pending.client = request.peer;
    pending.since = now;
    return pending;
}

std::unique_ptr<DurableJob> durableJobOf(const Job &job, const PendingRequest &request)
{
    auto durable = std::make_unique<DurableJob>();
    durable->id = job.id;
    durable->key = request.key;
    durable->fingerprint = request.fingerprint;
    durable->request = RecordedRequest{request.target, request.start.body, request.headers, request.method};
    durable->journal.add({std::chrono::floor<std::chrono::milliseconds>(job.times.createdWall),
                          JournalEvent::Accepted,
                          0,
                          {}});
    return durable;
}

}  // namespace holdline
