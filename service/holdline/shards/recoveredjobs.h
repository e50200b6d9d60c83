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

/// Which shard has a job that was recovered at start: its id and its token may name another one, because
/// accounts find other homes in each run, and because the number of shards may have changed. Made once before
/// the shards, only read then, by all of them; an entry stays when its job has ended.
class RecoveredJobs
{
public:
    RecoveredJobs() = default;
    RecoveredJobs(const std::vector<JobRecord> &records, const AccountShards &accountShards);

    /// Nothing: it was not recovered, so its id says where it is.
    std::optional<int> ofJob(const QByteArray &id) const { return find(m_byId, id); }
    /// The same for CallbackToken::toText(). Only says where to go; whether the token is right is for the
    /// shard to say.
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
