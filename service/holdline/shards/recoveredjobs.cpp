// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/recoveredjobs.h"

#include "service/holdline/shards/shardplan.h"

namespace holdline {

RecoveredJobs::RecoveredJobs(const std::vector<JobRecord> &records, const AccountShards &accountShards)
{
    for (const JobRecord &record : records) {
        const int target = accountShards.of(record.account);
        m_byId.emplace(record.id, target);
        if (!record.token.isNull())
            m_byToken.emplace(record.token, target);
    }
}

}  // namespace holdline
