// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/doubtpatience.h"
#include "core/job/job.h"

#include <unordered_map>
#include <vector>

namespace holdline {

/// The durable jobs whose start is in doubt, each with the deadline by which its callback must come. After a
/// restart no job's duration is measured yet, so the deadlines are late at first and move earlier as jobs
/// end. A deadline never moves later.
///
/// Life: call add() when a start is in doubt, and remove() when it no longer is or the job has ended. Thread:
/// one.
class DoubtfulStarts
{
public:
    struct Deadline
    {
        JobKey job = 0;
        TimePoint at{};
    };

    /// Records how long a job ran: the time from the answer to its start request to its callback.
    void addJobTime(Duration took) { m_patience.add(took); }
    /// Adds a job that waits from `now`, for at most `most`. Returns its deadline, which is never later than
    /// Job::deadline.
    TimePoint add(const Job &job, TimePoint now, Duration most);
    /// Removes the job. Returns false when the job was not in this table.
    bool remove(JobKey job) { return m_jobs.erase(job) > 0; }
    /// Moves deadlines earlier where shorter jobs were measured or `most` became smaller, and returns the
    /// changed ones.
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
