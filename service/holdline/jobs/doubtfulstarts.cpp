// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/doubtfulstarts.h"

#include <algorithm>

namespace holdline {

TimePoint DoubtfulStarts::add(const Job &job, TimePoint now, Duration most)
{
    const TimePoint until = std::min(job.deadline, now + m_patience.value(most));
    m_jobs.insert_or_assign(job.key, Wait{now, until});
    return until;
}

std::vector<DoubtfulStarts::Deadline> DoubtfulStarts::shortened(Duration most)
{
    std::vector<Deadline> shorter;
    const Duration patience = m_patience.value(most);
    for (auto &[job, wait] : m_jobs) {
        if (wait.since + patience >= wait.until)
            continue;
        wait.until = wait.since + patience;
        shorter.push_back({job, wait.until});
    }
    return shorter;
}

}  // namespace holdline
