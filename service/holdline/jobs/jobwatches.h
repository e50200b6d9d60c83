// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/job/jobs.h"
#include "service/holdline/ports/jobdirectory.h"

#include <unordered_map>
#include <vector>

namespace holdline {

/// The requests that wait for the next change of a durable job (JobDirectory::watch()). Each is answered
/// once: by changed(), by the caller of takeAll(), or by the `timeUp` function when its waiting time has
/// run out.
///
/// Life: `timeUp` must stay callable. The destructor answers no request. Thread: one, with an event loop.
class JobWatches
{
public:
    using Found = JobDirectory::Found;
    /// The maximum number of watches. add() refuses further ones, and its caller answers them at once.
    static constexpr std::size_t kMost = 20'000;

    explicit JobWatches(std::function<void(JobKey, Found)> timeUp);

    /// Adds a watch that waits until the revision is above `after`, at most until `until`. Moves `found` in.
    /// Returns false when there are too many watches; then `found` is unchanged.
    bool add(JobKey job, std::uint64_t after, TimePoint until, Found &found);
    /// Answers every watch of this job whose client last saw an older revision. Call it after the record has
    /// changed.
    void changed(JobKey job, const JobRecord &record);
    /// Removes all watches of this job and returns their functions. The caller must call each of them.
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
