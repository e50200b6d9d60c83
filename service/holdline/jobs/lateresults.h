// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobs/callbackreceiver.h"
#include "service/holdline/jobs/statusqueries.h"

#include <functional>
#include <memory>
#include <unordered_map>

namespace holdline {

/// Fetches the results of durable jobs that have ended without one, when a callback says that there is one
/// now but does not bring it. The store has the client's request for that (JobRecord::fetchable).
///
/// The sender waits until the result is durable, as with a late callback that brings it. When the result
/// cannot be fetched, the sender gets 502 and comes again, so nothing is remembered or repeated here. At most
/// kMaxFetches jobs are fetched at once, and one callback of each.
///
/// Life: all arguments must outlive it, and the handler must stay callable. Thread: one, with an event loop.
class LateResults
{
public:
    static constexpr std::size_t kMaxFetches = 64;

    /// The upstream told the final state of this job, which has ended. The handler retains the result, and
    /// answers the callback.
    using Fetched = std::function<void(Job &, const StartResult &, ReceivedCallback &)>;

    LateResults(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                StatusQueries &queries, CallbackReceiver &receiver, Fetched fetched);

    /// True when this callback makes us fetch the result of a job that has ended.
    bool concerns(const Job &job, JobEvent event, const ReceivedCallback &callback) const;
    /// Takes such a callback. Without its exchange the answer is sent later.
    void take(const Job &job, ReceivedCallback &callback);

private:
    struct Fetch
    {
        Job job;  ///< as it was when the callback came
        QByteArray token;
        http::Request request;
        std::unique_ptr<Exchange> exchange;
        http::Response response;  ///< once the result is durable
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
    std::unordered_map<QByteArray, Fetch> m_fetches;  ///< by the id of the job
};

}  // namespace holdline
