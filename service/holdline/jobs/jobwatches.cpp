// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/jobwatches.h"

namespace holdline {

JobWatches::JobWatches(std::function<void(JobKey, Found)> timeUp)
    : m_timeUp(std::move(timeUp)), m_deadlines([this](WatchId id) {
          Watch watch = take(id);
          m_timeUp(watch.job, std::move(watch.found));
      })
{
}

bool JobWatches::add(JobKey job, std::uint64_t after, TimePoint until, Found &found)
{
    if (m_watches.size() >= kMost)
        return false;
    const WatchId id = ++m_last;
    m_watches.emplace(id, Watch{job, after, std::move(found)});
    m_byJob[job].push_back(id);
    m_deadlines.set(id, until);
    return true;
}

JobWatches::Watch JobWatches::take(WatchId id)
{
    auto node = m_watches.extract(id);
    m_deadlines.clear(id);
    const auto list = m_byJob.find(node.mapped().job);
    std::erase(list->second, id);
    if (list->second.empty())
        m_byJob.erase(list);
    return std::move(node.mapped());
}

void JobWatches::changed(JobKey job, const JobRecord &record)
{
    const auto list = m_byJob.find(job);
    if (list == m_byJob.end())
        return;
    for (const WatchId id : std::vector<WatchId>(list->second)) {
        if (m_watches.at(id).after < record.revision)
            take(id).found(record);
    }
}

std::vector<JobWatches::Found> JobWatches::takeAll(JobKey job)
{
    std::vector<Found> all;
    const auto list = m_byJob.find(job);
    if (list == m_byJob.end())
        return all;
    for (const WatchId id : std::vector<WatchId>(list->second))
        all.push_back(take(id).found);
    return all;
}

}  // namespace holdline
