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

/// Writes the record of a durable job to the store at the right times: before its start request is sent,
/// within about a second of the answer to the start request, and at the job's end before any client is
/// answered. Writes nothing for a plain job.
///
/// Life: all arguments must outlive this object, and the handlers must stay callable. Thread: one, with an
/// event loop.
class Journal
{
public:
    struct Handler
    {
        /// Called when the write of writeIntent() ended, so that the start request may be sent. `error` is
        /// the reason of a failed write, otherwise empty.
        std::function<void(JobKey, const QString &error)> intentStored;
        /// Called when the record of a queued job could not be stored.
        std::function<void(JobKey)> queuedNotStored;
        /// Called when a write of a live handed-over job ended. `error` is the reason of a failed write,
        /// otherwise empty.
        std::function<void(LiveJob &, const QString &error)> handOverStored;
        /// Called when the end of a job was written, or could not be stored for now. In both cases the
        /// handler must answer all waiters.
        std::function<void(LiveJob &, bool isDurable)> endStored;
    };

    Journal(const Config &config, const RouteTable &routes, const Jobs &jobs, LiveJobs &live, JobStore &store,
            JobWatches &watches, Handler handler);

    /// Raises the revision of the job and answers its watches. Call it when the job has changed in a way that
    /// the jobs API shows.
    void touch(const Job &job, LiveJob &live);

    /// Writes the record of a queued job. Reports a failure by Handler::queuedNotStored.
    void writeQueued(const Job &job, LiveJob &live);
    /// Writes the record that must be durable before the start request is sent; Handler::intentStored
    /// follows. Returns false for a plain job: nothing is written, and the start request may be sent at once.
    bool writeIntent(const Job &job, LiveJob &live);
    /// Writes the answer to the start request: at once when `done` is set or the job does not run, otherwise
    /// within about a second.
    void writeStartAnswered(const Job &job, LiveJob &live, JobStore::Done done = {});
    /// Writes the changed record within about a second, when nothing waits for that write.
    void writeSoon(const Job &job, LiveJob &live);
    /// Writes the record now: a hand-over, or the deadline of a recovered job.
    void write(const Job &job, LiveJob &live) { put(job, live); }
    /// Writes the end of the job; Handler::endStored follows. Returns false when nothing has to be written,
    /// so that the waiters may be answered now. Adds the header fields of durable jobs to the response.
    bool writeEnd(const Job &job, LiveJob &live, http::Response &response);

    /// Puts a late result in place of an end that is not stored yet, and writes the record again.
    void replaceEnd(const Job &job, LiveJob &live, const JobResult &result);
    /// Keeps the callback and answers it when the end of the job is durable, or with 503 when the write
    /// fails. The job must have ended.
    void holdBack(LiveJob &live, PendingCallback callback);
    /// Answers the callbacks that waited for the end.
    static void answerCallbacks(LiveJob &live);
    /// Removes the job from the count of ends that could not be stored. Call it before the job is erased.
    void forget(const LiveJob &live);

    /// Makes the writes that are not urgent, and repeats failed writes. Call it about once a second.
    void tidy();
    /// Marks all live jobs to be written again, some at each tidy(), because the store has lost its data.
    void writeAll();

    /// Returns whether a handed-over job survives the end of this process.
    bool isDurable() const { return m_store.isDurable() && m_store.isAvailable(); }
    /// Number of writes of ends that are under way.
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
    /// Jobs whose record tidy() will write, in this order. Each job is listed once.
    std::vector<JobKey> m_toWrite;
    int m_endsInFlight = 0;
    int m_unstored = 0;  ///< ends that could not be stored
};

/// Updates a record for a result that came after the job's end. The record gets the new status. It gets the
/// result too when that status is a result; a cancelled job stays cancelled.
void takeLateResult(JobRecord &record, const JobStatus &status, const JobResult &result);

}  // namespace holdline
