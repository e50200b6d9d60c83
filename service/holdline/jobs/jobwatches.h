// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/job/jobs.h"
#include "service/holdline/ports/jobdirectory.h"

#include <unordered_map>
#include <vector>

namespace holdline {

/// Those who want to hear of a durable job's next change (JobDirectory::watch()). Each is told once: by
/// changed(), by ended(), or when its time is up, when `timeUp` is asked to tell it.
///
/// Life: `timeUp` must be callable as long as it lives; who is still watching when it is destroyed is not
/// told. Thread: one, with an event loop.
class JobWatches
{
public:
    using Found = JobDirectory::Found;
    /// Watches at once. One more is told at once, as if its time were up: waiting is a courtesy.
    static constexpr std::size_t kMost = 20'000;

    explicit JobWatches(std::function<void(JobKey, Found)> timeUp);

    /// False when there are too many; `found` is left alone then.
    bool add(JobKey job, std::uint64_t after, TimePoint until, Found &found);
    /// The job's record was `revision` before; tells those who waited for more than they know.
    void changed(JobKey job, const JobRecord &record);
    /// Those who watch this job, to be told by the caller.
    std::vector<Found> takeAll(JobKey job);
    bool isWatched(JobKey job) const { return m_byJob.contains(job); }

private:
    using WatchId = std::uint64_t;
    struct Watch
    {
        JobKey job = 0;
        std::uint64_t after = 0;
        Found found;
    };

    Watch take(WatchId id);

    std::function<void(JobKey, Found)> m_timeUp;
    WatchId m_last = 0;
    std::unordered_map<WatchId, Watch> m_watches;
    std::unordered_map<JobKey, std::vector<WatchId>> m_byJob;
    DeadlineTimer<WatchId> m_deadlines;
};

}  // namespace holdline
