// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/durablejob.h"
#include "service/holdline/jobs/pendingrequest.h"

#include <QHash>
#include <QVarLengthArray>

#include <unordered_map>

namespace holdline {

/// A client that waits for a job.
struct Waiter
{
    std::uint64_t number = 0;  ///< see WaiterId
    std::unique_ptr<Exchange> exchange;
    TimePoint since{};  ///< when the request came
    QByteArray requestId;
    QByteArray client;  ///< address of the client
    QByteArray links;   ///< see linkBaseOf()
    QByteArray route;   ///< name of a durable job's route; empty for the usual route
    /// The value of `Preference-Applied`, "respond-async, wait=5". Null when the client did not ask
    /// for 202.
    QByteArray preference;
    bool joined = false;       ///< joined an existing job
    bool hasDeadline = false;  ///< true when the waiter has a deadline of its own
    /// True when the deadline has passed or the service shuts down. The client is answered as soon as the
    /// job's hand-over is durable.
    bool isDue = false;
    AccountUsage::Seat seat;

    bool wantsHandOver() const { return !preference.isNull(); }
};
/// Holds one waiter without an allocation, because a plain job has exactly one.
using WaiterList = QVarLengthArray<Waiter, 1>;

/// The parts of the client's request from which the start request to the upstream is made.
struct PendingStart
{
    StartRequest request;
    TravellingHeaders headers;  ///< the client's header fields that requests to the upstream need
    QByteArray method;          ///< null for POST
    QByteArray target;          ///< path and query as received

    QByteArrayView clientMethod() const
    {
        return method.isNull() ? QByteArrayView("POST") : QByteArrayView(method);
    }
};

/// The part of a job's state that only a live job needs, beside its Job. A plain job is live until it is
/// settled, a durable job until its end is stored.
struct LiveJob
{
    JobKey key = 0;
    PendingStart start;       ///< empty after the start request was answered, unless later requests need it
    UpstreamAnswer upstream;  ///< last answer of the upstream
    WaiterList waiters;       ///< in order of arrival
    AccountUsage::Seat seat;
    std::unique_ptr<DurableJob> durable;  ///< null for a plain job; after `seat`, so destroyed before it

    /// Counts the job as a durable job whose request needs `bytes` in the store.
    void countDurable(std::int64_t bytes)
    {
        seat.countDurable();
        durable->stored = seat.chargeStored(bytes);
    }
    /// Counts the bytes of the bodies that the job holds in memory now. Call it when a body has changed.
    void countBytes(const JobStatus &status)
    {
        const bool isStored = durable && durable->request;
        const qsizetype request = isStored ? durable->request->body.size() : start.request.body.size();
        const qsizetype onItsWay = status.startInFlight ? start.request.body.size() : 0;
        const bool hasEnded = durable && durable->ending;
        const qsizetype answer = hasEnded ? durable->ending->response.body.size() : upstream.body.size();
        seat.setBytes(request + onItsWay + answer);
    }
};

/// All live jobs, found by key. Durable jobs are found by id too. References stay valid until erase().
/// Thread: one.
class LiveJobs
{
public:
    /// Adds a job that is not live yet. `durable` is null for a plain job.
    LiveJob &add(JobKey key, std::unique_ptr<DurableJob> durable)
    {
        LiveJob &job = m_jobs[key];
        job.key = key;
        job.durable = std::move(durable);
        if (job.durable)
            m_durable.emplace(job.durable->id, key);
        return job;
    }
    /// Returns the live job with this key, or null.
    LiveJob *find(JobKey key)
    {
        const auto found = m_jobs.find(key);
        return found == m_jobs.end() ? nullptr : &found->second;
    }
    const LiveJob *find(JobKey key) const
    {
        const auto found = m_jobs.find(key);
        return found == m_jobs.end() ? nullptr : &found->second;
    }
    /// Returns the live durable job with this id, or null.
    LiveJob *findById(const QByteArray &id)
    {
        const auto found = m_durable.find(id);
        return found == m_durable.end() ? nullptr : find(found->second);
    }
    void erase(LiveJob &job)
    {
        if (job.durable)
            m_durable.erase(job.durable->id);
        m_jobs.erase(job.key);
    }

    int count() const { return static_cast<int>(m_jobs.size()); }
    int durableCount() const { return static_cast<int>(m_durable.size()); }
    /// Returns the keys of the durable jobs, in no order.
    std::vector<JobKey> durableKeys() const
    {
        std::vector<JobKey> keys;
        keys.reserve(m_durable.size());
        for (const auto &[id, key] : m_durable)
            keys.push_back(key);
        return keys;
    }

private:
    std::unordered_map<JobKey, LiveJob> m_jobs;
    std::unordered_map<QByteArray, JobKey> m_durable;  ///< durable jobs, by id
};

}  // namespace holdline
