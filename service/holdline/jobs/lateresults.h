// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobs/callbackreceiver.h"
#include "service/holdline/jobs/statusqueries.h"

#include <functional>
#include <memory>
#include <unordered_map>

namespace holdline {

/// Fetches results of durable jobs that ended without a result. A late callback says that the job has ended
/// at the upstream, but does not contain the result. The request to the upstream is made from the client's
/// request, which the store keeps for such jobs (JobRecord::fetchable).
///
/// The sender of the callback gets its answer when the result is durable. When the result cannot be fetched,
/// the sender gets 502 and sends the callback again. So this class neither stores nor repeats fetches. At
/// most kMaxFetches results are fetched at once, and only one for each job; other callbacks get 502.
///
/// Life: all arguments must outlive this object, and the handler must stay callable. Thread: one, with an
/// event loop.
class LateResults
{
public:
    static constexpr std::size_t kMaxFetches = 64;

    /// Called when the upstream has reported a final state for this job, which has ended here. The handler
    /// must retain the result and answer the callback.
    using Fetched = std::function<void(Job &, const StartResult &, ReceivedCallback &)>;

    LateResults(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                StatusQueries &queries, CallbackReceiver &receiver, Fetched fetched);

    /// Returns whether the result must be fetched because of this callback. `event` is the callback's event
    /// for the job.
    bool concerns(const Job &job, JobEvent event, const ReceivedCallback &callback) const;
    /// Handles a callback that concerns() accepts. Either sets callback.response, which the caller sends, or
    /// moves the callback's exchange out and answers it later.
    void take(const Job &job, ReceivedCallback &callback);

private:
    struct Fetch
    {
        Job job;  ///< a copy, made when the callback arrived
        QByteArray token;
        http::Request request;
        std::unique_ptr<Exchange> exchange;
        http::Response response;  ///< the answer to the callback once the result is durable
    };

    void ask(const QByteArray &id, const JobRecord &record);
    void answered(const QByteArray &id, const StartResult &result);
    void end(const QByteArray &id, const http::Response &response);

    Jobs &m_jobs;
    const RouteTable &m_routes;
    JobStore &m_store;
    SeenCallbacks &m_seen;
    StatusQueries &m_queries;
    CallbackReceiver &m_receiver;
    Fetched m_fetched;
    std::unordered_map<QByteArray, Fetch> m_fetches;  ///< by the job's id
};

}  // namespace holdline
