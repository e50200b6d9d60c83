// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/doubtpatience.h"
#include "core/job/job.h"

#include <unordered_map>
#include <vector>

namespace holdline {

/// The durable jobs whose start is in doubt, and until when each of them waits for its callback. After a
/// restart no job is measured, so the waits are long at first and become shorter later. They never become
/// longer.
///
/// Life: add() when a start is in doubt, remove() when the job has ended. Thread: one.
class DoubtfulStarts
{
public:
    struct Deadline
    {
        JobKey job = 0;
        TimePoint at{};
    };

    /// Records the time from the answer to a start to its callback.
    void addJobTime(Duration took) { m_patience.add(took); }
    /// Returns the deadline of this job: its own, or an earlier one.
    TimePoint add(const Job &job, TimePoint now, Duration most);
    /// False when the start of the job was not in doubt.
    bool remove(JobKey job) { return m_jobs.erase(job) > 0; }
    /// The deadlines that are earlier now, because shorter jobs were measured or `most` is smaller.
    std::vector<Deadline> shortened(Duration most);

private:
    struct Wait
    {
        TimePoint since{};
        TimePoint until{};
    };

    DoubtPatience m_patience;
    std::unordered_map<JobKey, Wait> m_jobs;
};

}  // namespace holdline
