// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

#include <QByteArray>
#include <QHash>

#include <optional>
#include <unordered_map>
#include <vector>

namespace holdline {

class AccountShards;

/// Maps each job recovered at start to its shard. The job's id and token may name another shard, because the
/// account hash has a new seed in each run and the number of shards may have changed. Made once before the
/// shards. All shards then only read it. An entry stays after its job has ended.
class RecoveredJobs
{
public:
    RecoveredJobs() = default;
    RecoveredJobs(const std::vector<JobRecord> &records, const AccountShards &accountShards);

    /// The shard of a recovered job. Empty for other jobs, whose id names the shard.
    std::optional<int> ofJob(const QByteArray &id) const { return find(m_byId, id); }
    /// The same for CallbackToken::toText(). Does not check the token. The shard does that.
    std::optional<int> ofToken(const QByteArray &token) const { return find(m_byToken, token); }

private:
    using Places = std::unordered_map<QByteArray, int>;

    static std::optional<int> find(const Places &places, const QByteArray &name)
    {
        const auto found = places.find(name);
        return found == places.end() ? std::nullopt : std::optional(found->second);
    }

    Places m_byId;
    Places m_byToken;
};

}  // namespace holdline
