// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/shards/descriptorbudget.h"

#include <QByteArrayView>

#include <cstddef>

namespace holdline {

/// The most threads. A callback token names its shard in one byte. More threads than this would not help.
inline constexpr int kMaxThreads = 64;

/// Returns the number of threads: `configured`, or a number that suits `cores` when `configured` is 0. Pure.
int threadsFor(int configured, int cores);

/// Maps accounts to shards. An account has one lane, whatever shard its requests arrive at. The hash has a
/// seed, because clients choose account names and could otherwise direct all their requests to one shard. A
/// plain value, equal in all shards.
class AccountShards
{
public:
    AccountShards(int count, std::size_t seed) : m_count(count), m_seed(seed) {}
    /// Makes a map with a random seed.
    static AccountShards seeded(int count);

    int count() const { return m_count; }
    /// Returns the shard of an account.
    int of(QByteArrayView account) const;

private:
    int m_count;
    std::size_t m_seed;
};

/// The configuration of one shard.
struct ShardPlan
{
    Config config;
    DescriptorBudget budget;
};

/// Returns one shard's part of the configured limits. Limits for all accounts or clients together are divided
/// by the number of shards and rounded up, so that shards need not ask each other. Limits of one account, one
/// request or one connection are not divided. Pure.
ShardPlan shareOf(const Config &config, const DescriptorBudget &budget, int threads);

}  // namespace holdline
