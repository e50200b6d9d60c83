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
/// While the store looks up a key, later requests with that key wait for the same lookup. So all of them
/// together make only one job.
///
/// Life: configuration, jobs and store must outlive this object, and the handlers must stay callable. Thread:
/// one, with an event loop.
class Keys
{
public:
    struct Handler
    {
        /// Returns the number of held requests.
        std::function<int()> heldRequests;
        /// Returns whether the service is shutting down.
        std::function<bool()> isDraining;
        /// Returns the status of a live job.
        std::function<JobStatus(const LiveJob &)> statusOf;
        /// Makes a job of the request.
        std::function<void(PendingRequest)> make;
        /// Adds the request's client to the clients that wait for the job.
        std::function<void(LiveJob &, PendingRequest)> join;
        /// Answers the request with the problem.
        std::function<void(PendingRequest &, const Problem &)> refuse;
        /// Called when a request got a stored answer, or its client left during the lookup.
        std::function<void(const RequestEnd &)> ended;
        /// Restores a job that has not ended, found in the store by its key. The job may be live already.
        std::function<void(const JobRecord &)> recover;
        /// Called when the requests that waited for a lookup were handled.
        std::function<void()> lookedUp;
    };

    Keys(const Config &config, LiveJobs &jobs, JobStore &store, Handler handler);

    /// Handles a request with an Idempotency-Key, now or after a lookup in the store. `field` is the combined
    /// value of the request's Idempotency-Key fields.
    void take(const http::Request &http, const QByteArray &field, PendingRequest request);

    /// Returns the live job with this key, or null.
    LiveJob *find(const QByteArray &account, const QByteArray &key);
    /// Makes find() return this job for its key. Does nothing for a job without a key.
    void bind(const QByteArray &account, const LiveJob &job);
    /// Undoes bind(). The key in the store stays as it is.
    void release(const QByteArray &account, const LiveJob &job);

    /// Number of requests that wait for a lookup.
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
    std::map<AccountKey, JobKey> m_keys;                          ///< the live jobs with a key
    std::map<AccountKey, std::vector<PendingRequest>> m_waiting;  ///< requests whose key the store looks up
    int m_waitingCount = 0;
};

}  // namespace holdline
