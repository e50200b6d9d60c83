// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/accountusage.h"
#include "core/job/problem.h"

#include <optional>

namespace holdline {

/// The limits that all accounts share, and the share of each: held requests, durable jobs, the bodies in
/// memory, and the requests of unfinished jobs in the store. (The lanes have limits of their own.) An ended
/// job can make room in the store, an unfinished one cannot, so the requests get half of it.
///
/// Life: the configuration must outlive it, and it must outlive its seats. Thread: one.
class SharedLimits
{
public:
    explicit SharedLimits(const Config &config);

    /// Call it after the configuration has changed.
    void reload();

    AccountUsage::Seat enter(const QByteArray &account) { return m_accounts.enter(account); }

    /// The reason why a request with a body of `bytes` may not come in, while all accounts hold `held`
    /// requests.
    std::optional<Problem> refusal(const AccountUsage::Use &use, std::int64_t bytes, int held) const;
    /// The reason why a request of `bytes` may not become a durable job, while all accounts have `durable`
    /// of them.
    std::optional<Problem> durableRefusal(const AccountUsage::Use &use, std::int64_t bytes,
                                          int durable) const;

    /// The bytes of bodies in memory.
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
