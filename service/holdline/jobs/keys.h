// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/problem.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/waiters.h"
#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <map>

namespace holdline {

/// Decides what a request with an Idempotency-Key becomes: it makes a job, joins a live one, gets the
/// stored answer of an ended one, or is refused. A key belongs to one account.
///
/// While the store looks up a key, later requests with that key wait for the same lookup. So they make
/// one job, in any order. Life: configuration, jobs and store must outlive it, and the handlers must stay
/// callable. Thread: one, with an event loop.
class Keys
{
public:
    struct Handler
    {
        /// The number of held requests, and whether the service drains.
        std::function<int()> heldRequests;
        std::function<bool()> isDraining;
        /// The status of a live job.
        std::function<JobStatus(const LiveJob &)> statusOf;
        std::function<void(PendingRequest)> make;
        std::function<void(LiveJob &, PendingRequest)> join;
        std::function<void(PendingRequest &, const Problem &)> refuse;
        /// A request got a stored answer, or its client left during the lookup.
        std::function<void(const RequestEnd &)> ended;
        /// The store has an open job with this key. This shard may not know it.
        std::function<void(const JobRecord &)> recover;
        /// The requests that waited for a lookup were handled.
        std::function<void()> lookedUp;
    };

    Keys(const Config &config, LiveJobs &jobs, JobStore &store, Handler handler);

    /// `field` is the combined value of the request's Idempotency-Key fields.
    void take(const http::Request &http, const QByteArray &field, PendingRequest request);

    /// The live job with this key, or null.
    LiveJob *find(const QByteArray &account, const QByteArray &key);
    /// Binds the key of the job to the job. Does nothing for a job without a key.
    void bind(const QByteArray &account, const LiveJob &job);
    /// Frees the key of the job in memory.
    void release(const QByteArray &account, const LiveJob &job);

    /// Requests that wait for a lookup.
    int waitingCount() const { return m_waitingCount; }

private:
    using AccountKey = std::pair<QByteArray, QByteArray>;

    void onLookedUp(const AccountKey &name, const std::optional<JobRecord> &found);
    void joinOrMake(PendingRequest request);
    void join(LiveJob &job, PendingRequest request);
    void replay(PendingRequest &request, const JobRecord &record);

    const Config &m_config;
    LiveJobs &m_jobs;
    JobStore &m_store;
    Handler m_handler;
    std::map<AccountKey, JobKey> m_keys;
    std::map<AccountKey, std::vector<PendingRequest>> m_waiting;  ///< requests whose key the store looks up
    int m_waitingCount = 0;
};

}  // namespace holdline
