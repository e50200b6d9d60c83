// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

#include <QByteArray>
#include <QHash>

#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace holdline {

class AccountShards;

/// Maps each recovered job (an unfinished job of an earlier run) to its shard. The job's id and token may
/// name another shard, because the account hash has a new seed in each run and the number of shards may have
/// changed. Filled before the shards start, or later when the store could not be read at the start. An entry
/// stays after its job has ended. Thread: any.
class RecoveredJobs
{
public:
    void add(const std::vector<JobRecord> &records, const AccountShards &accountShards);

    /// Returns the shard of a recovered job. Empty for other jobs, whose id names their shard.
    std::optional<int> ofJob(const QByteArray &id) const { return find(m_byId, id); }
    /// Returns the shard of a recovered job by its CallbackToken::toText(). Does not check the token, because
    /// the shard does that.
    std::optional<int> ofToken(const QByteArray &token) const { return find(m_byToken, token); }

private:
    using Places = std::unordered_map<QByteArray, int>;

    std::optional<int> find(const Places &places, const QByteArray &name) const;

    std::atomic<bool> m_isEmpty = true;  ///< the usual case, which needs no lock
    mutable std::mutex m_mutex;
    Places m_byId;
    Places m_byToken;
};

}  // namespace holdline
