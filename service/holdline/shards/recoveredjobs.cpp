// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/recoveredjobs.h"

#include "service/holdline/shards/shardplan.h"

namespace holdline {

void RecoveredJobs::add(const std::vector<JobRecord> &records, const AccountShards &accountShards)
{
    if (records.empty())
        return;
    const std::lock_guard lock(m_mutex);
    for (const JobRecord &record : records) {
        const int target = accountShards.of(record.account);
        m_byId.emplace(record.id, target);
        if (!record.token.isNull())
            m_byToken.emplace(record.token, target);
    }
    m_isEmpty = false;
}

std::optional<int> RecoveredJobs::find(const Places &places, const QByteArray &name) const
{
    if (m_isEmpty)
        return std::nullopt;
    const std::lock_guard lock(m_mutex);
    const auto found = places.find(name);
    return found == places.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace holdline
