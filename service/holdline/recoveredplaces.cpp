// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/recoveredplaces.h"

#include "service/holdline/shardplan.h"

namespace holdline {

RecoveredPlaces::RecoveredPlaces(const std::vector<JobRecord> &records, const HomeShards &homes)
{
    for (const JobRecord &record : records) {
        const int home = homes.of(record.account);
        m_byId.emplace(record.id, home);
        if (!record.token.isNull())
            m_byToken.emplace(record.token, home);
    }
}

}  // namespace holdline
