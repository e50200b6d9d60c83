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

/// What a request with an Idempotency-Key comes to: it makes a job, joins one that goes on, gets the stored
/// answer of one that has ended, or is refused. Keys are scoped by account.
///
/// While the store looks for a key, later requests with that key wait for the same look-up, so that they make
/// one job in any order. Life: configuration, jobs and store must outlive it, and the handlers must be
/// callable as long as it lives. Thread: one, with an event loop.
class Keys
{
public:
    struct Handler
    {
        /// Requests that are held, and whether the service drains.
        std::function<int()> heldRequests;
        std::function<bool()> isDraining;
        std::function<void(PendingRequest)> make;
        std::function<void(LiveJob &, PendingRequest)> join;
        std::function<void(PendingRequest &, const Problem &)> refuse;
        /// A request got a stored answer, or its client left before the store had looked.
        std::function<void(const RequestEnd &)> ended;
        /// The store has a job with the key that has not ended. It may be unknown here.
        std::function<void(const JobRecord &)> recover;
        /// Requests that waited for the store were taken.
        std::function<void()> lookedUp;
    };

    Keys(const Config &config, LiveJobs &jobs, JobStore &store, Handler handler);

    /// `field` is the combined value of the request's Idempotency-Key fields.
    void take(const http::Request &http, const QByteArray &field, PendingRequest request);

    /// Null: no job that goes on has this key.
    LiveJob *find(const QByteArray &account, const QByteArray &key);
    /// The job's key belongs to it from now on; nothing where it has none.
    void bind(const QByteArray &account, const LiveJob &job);
    /// The job's key is free again, here.
    void release(const QByteArray &account, const LiveJob &job);

    /// Requests that wait for the store.
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
    std::map<AccountKey, std::vector<PendingRequest>> m_waiting;  ///< while the store looks for their key
    int m_waitingCount = 0;
};

}  // namespace holdline
