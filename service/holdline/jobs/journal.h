// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <vector>

namespace holdline {

/// The order in which a durable job is written: its record before its start leaves, the answer to its start
/// within a second, and its end before anybody is told of it. Does nothing for a plain job.
///
/// Life: all that it is given must outlive it, and the handlers must be callable as long as it lives. Thread:
/// one, with an event loop.
class Journal
{
public:
    struct Handler
    {
        /// The record that must be durable before a start leaves is durable. Otherwise `error` says why not.
        std::function<void(JobKey, const QString &error)> intentStored;
        /// A job that waits for its lane could not be stored.
        std::function<void(JobKey)> queuedNotStored;
        /// A record of a handed-over job that has not ended is durable, or could not be stored.
        std::function<void(LiveJob &, const QString &error)> handOverStored;
        /// The end is durable, or could not be stored for now. All that wait for the end are to be told.
        std::function<void(LiveJob &, bool isDurable)> endStored;
    };

    Journal(const Config &config, const Jobs &jobs, LiveJobs &live, JobStore &store, JobWatches &watches,
            Handler handler);

    /// The job changed in a way that the jobs API shows.
    void touch(const Job &job, LiveJob &live);

    void writeQueued(const Job &job, LiveJob &live);
    /// False: nothing has to be written, so the start may leave now.
    bool writeIntent(const Job &job, LiveJob &live);
    void writeStartAnswered(const Job &job, LiveJob &live);
    void writeHandOver(const Job &job, LiveJob &live);
    /// False: nothing has to be written, so all may be told now. Adds to the response what only durable jobs
    /// have.
    bool writeEnd(const Job &job, LiveJob &live, http::Response &response);

    /// A late result takes the place of an end that is on its way into the store.
    void replaceEnd(const Job &job, LiveJob &live, const CallbackMessage &message,
                    const http::Request &request);
    /// The callback is answered when the job's end is durable; 503 where that fails. The job must have ended.
    void holdBack(LiveJob &live, PendingCallback callback);
    /// Answers the callbacks that waited for the end.
    static void answerCallbacks(LiveJob &live);
    /// The job is forgotten: its end is told.
    void forget(const LiveJob &live);

    /// What is not urgent, and what failed. Call it once a second.
    void tidy();

    /// Whether a job that is handed over survives the process.
    bool isDurable() const { return m_store.isDurable() && m_store.isAvailable(); }
    /// Ends that are on their way into the store.
    int endsInFlight() const { return m_endsInFlight; }

private:
    bool needsRequest(const JobStatus &status) const;
    void put(const Job &job, LiveJob &live, JobStore::Done done = {});
    void putEnd(LiveJob &live);
    void onEndStored(JobKey key, const QString &error);

    const Config &m_config;
    const Jobs &m_jobs;
    LiveJobs &m_live;
    JobStore &m_store;
    JobWatches &m_watches;
    Handler m_handler;
    /// Their starts were accepted within the last second, and that is not stored yet.
    std::vector<JobKey> m_acceptedStarts;
    int m_endsInFlight = 0;
    int m_unstored = 0;  ///< ends that could not be stored
};

/// A result came after the end: the record gets the job's status now, and the result where that took the
/// place of the end. A cancelled job stays cancelled.
void takeLateResult(JobRecord &record, const JobStatus &status, const CallbackMessage &message,
                    const http::Request &request);

}  // namespace holdline
