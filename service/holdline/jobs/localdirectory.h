// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/keys.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/ports/jobdirectory.h"
#include "service/holdline/ports/jobstore.h"

#include <functional>

namespace holdline {

/// Finds the durable jobs of one shard: the live jobs and the jobs in the store. A request that finds an
/// ended job gets its answer only when that end is durable or its write has failed.
///
/// Life: all arguments must outlive this object, and `cancel` must stay callable. Thread: one, with an event
/// loop.
class LocalDirectory : public JobDirectory
{
public:
    /// `cancel` must end a live job.
    LocalDirectory(const Jobs &jobs, LiveJobs &live, Keys &keys, JobStore &store,
                   std::function<void(JobKey)> cancel);

    bool isComplete() const override { return m_store.isAvailable(); }
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) override;
    void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) override;
    void cancel(const QByteArray &id,
                std::function<void(Cancelled, std::optional<JobRecord>)> answer) override;

    JobWatches &watches() { return m_watches; }
    /// Answers all requests of the jobs API that wait for this ended job. Does nothing for a plain job.
    void tellEnd(LiveJob &live);

private:
    using CancelAnswer = std::function<void(Cancelled, std::optional<JobRecord>)>;

    void cancelEnded(const QByteArray &id, const CancelAnswer &answer);
    void freeKey(const QByteArray &id, const CancelAnswer &answer);

    const Jobs &m_jobs;
    LiveJobs &m_live;
    Keys &m_keys;
    JobStore &m_store;
    std::function<void(JobKey)> m_cancel;
    JobWatches m_watches;
};

/// Calls `found` with the records. Before that, each record for which `isStale` returns true is replaced by
/// the record that `directory` finds under its id. This is needed because the store may have an earlier
/// revision of a live job.
void refreshRecords(JobDirectory &directory, std::vector<JobRecord> records,
                    const std::function<bool(const JobRecord &)> &isStale, JobDirectory::FoundAll found);

}  // namespace holdline
