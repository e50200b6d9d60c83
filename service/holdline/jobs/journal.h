// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/ports/jobresult.h"
#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <vector>

namespace holdline {

/// The order of writes of a durable job: its record before its start leaves, the answer to its start
/// within a second, and its end before any client hears of it. It does nothing for a plain job.
///
/// Life: all arguments must outlive it, and the handlers must stay callable. Thread: one, with an event
/// loop.
class Journal
{
public:
    struct Handler
    {
        /// The record that must be durable before the start leaves was written. `error` is the
        /// reason when that failed.
        std::function<void(JobKey, const QString &error)> intentStored;
        /// The record of a queued job could not be stored.
        std::function<void(JobKey)> queuedNotStored;
        /// A record of a live handed-over job was written. `error` is the reason when that
        /// failed.
        std::function<void(LiveJob &, const QString &error)> handOverStored;
        /// The end was written, or could not be stored for now. In both cases all waiters must be
        /// answered.
        std::function<void(LiveJob &, bool isDurable)> endStored;
    };

    Journal(const Config &config, const RouteTable &routes, const Jobs &jobs, LiveJobs &live, JobStore &store,
            JobWatches &watches, Handler handler);

    /// The job changed in a way that the jobs API shows.
    void touch(const Job &job, LiveJob &live);

    void writeQueued(const Job &job, LiveJob &live);
    /// Returns false when nothing has to be written, so that the start may leave now.
    bool writeIntent(const Job &job, LiveJob &live);
    /// With `done`, the answer is written at once, because something waits for it. Otherwise within a second.
    void writeStartAnswered(const Job &job, LiveJob &live, JobStore::Done done = {});
    /// The job changed, and nothing waits for the write. It is written within a second.
    void writeSoon(const Job &job, LiveJob &live);
    /// Writes the record now: a hand-over, or the deadline of a recovered job.
    void write(const Job &job, LiveJob &live) { put(job, live); }
    /// Returns false when nothing has to be written, so that the waiters may be answered now. Adds
    /// the header fields of durable jobs to the response.
    bool writeEnd(const Job &job, LiveJob &live, http::Response &response);

    /// Replaces an end that is being written by a late result.
    void replaceEnd(const Job &job, LiveJob &live, const JobResult &result);
    /// Answers the callback when the end of the job is durable, or with 503 when that fails. The job
    /// must have ended.
    void holdBack(LiveJob &live, PendingCallback callback);
    /// Answers the callbacks that waited for the end.
    static void answerCallbacks(LiveJob &live);
    /// Forgets the job, because its waiters have their answers.
    void forget(const LiveJob &live);

    /// Writes what is not urgent, and repeats failed writes. Call it once a second.
    void tidy();
    /// Stores all live jobs again, some at each tidy(), because the store has lost them.
    void writeAll();

    /// True when a handed-over job survives the process.
    bool isDurable() const { return m_store.isDurable() && m_store.isAvailable(); }
    /// Ends that are being written.
    int endsInFlight() const { return m_endsInFlight; }

private:
    bool needsRequest(const Job &job) const;
    void put(const Job &job, LiveJob &live, JobStore::Done done = {});
    void putEnd(LiveJob &live);
    void postpone(LiveJob &live);
    void onEndStored(JobKey key, const QString &error);

    const Config &m_config;
    const RouteTable &m_routes;
    const Jobs &m_jobs;
    LiveJobs &m_live;
    JobStore &m_store;
    JobWatches &m_watches;
    Handler m_handler;
    /// Jobs whose record is to be written, without hurry, in this order. Each stands here once.
    std::vector<JobKey> m_toWrite;
    int m_endsInFlight = 0;
    int m_unstored = 0;  ///< ends that could not be stored
};

/// Updates a record for a result that came after the end. The record gets the new status, and the result
/// when it replaces the end. A cancelled job stays cancelled.
void takeLateResult(JobRecord &record, const JobStatus &status, const JobResult &result);

}  // namespace holdline
