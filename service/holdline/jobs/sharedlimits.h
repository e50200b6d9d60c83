// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/accountusage.h"
#include "core/job/problem.h"

#include <optional>

namespace holdline {

/// The limits that all accounts share, and the share of each account: held requests, durable jobs, the bodies
/// in memory, and the requests of unfinished jobs in the store. (The lanes have limits of their own.)
/// Requests get half of `store.bytes`, because the store can delete ended jobs to make room, but no
/// unfinished job.
///
/// Life: the configuration must outlive this object, and this object must outlive its seats. Thread: one.
class SharedLimits
{
public:
    explicit SharedLimits(const Config &config);

    /// Call it after the configuration has changed.
    void reload();

    /// Returns a seat for a request or job of this account. The seat counts nothing yet.
    AccountUsage::Seat enter(const QByteArray &account) { return m_accounts.enter(account); }

    /// Returns why a request with a body of `bytes` bytes must be refused, or nothing. `use` is the use of
    /// its account. `held` is the number of held requests of all accounts.
    std::optional<Problem> refusal(const AccountUsage::Use &use, std::int64_t bytes, int held) const;
    /// Returns why a request of `bytes` bytes may not become a durable job, or nothing. `durable` is the
    /// number of durable jobs of all accounts.
    std::optional<Problem> durableRefusal(const AccountUsage::Use &use, std::int64_t bytes,
                                          int durable) const;

    /// Counts the bytes of bodies in memory.
    ByteBudget &memory() { return m_memory; }
    const ByteBudget &memory() const { return m_memory; }

private:
    bool isWithin(std::int64_t used, std::int64_t total, std::int64_t limit) const;

    const Config &m_config;
    ByteBudget m_memory;
    ByteBudget m_stored;
    AccountUsage m_accounts;
};

}  // namespace holdline
