// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/shards/descriptorbudget.h"

#include <QByteArrayView>

#include <cstddef>

namespace holdline {

/// A callback token names its shard in one byte. More threads than this would not help.
inline constexpr int kMaxThreads = 64;

/// The number of threads: `configured`, or a number that suits `cores` when it is 0. Pure.
int threadsFor(int configured, int cores);

/// Maps accounts to shards. An account has one lane, whatever shard its requests arrive at. The hash has a
/// seed, because clients choose account names and could otherwise crowd one shard. A value, equal in all
/// shards.
class AccountShards
{
public:
    AccountShards(int count, std::size_t seed) : m_count(count), m_seed(seed) {}
    /// Makes a map with a random seed.
    static AccountShards seeded(int count);

    int count() const { return m_count; }
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

/// One shard's part of the configured limits. Divides limits on all accounts or clients together by the
/// number of shards and rounds up, so that shards need not ask each other. Limits of one account, one request
/// or one connection stay whole. Pure.
ShardPlan shareOf(const Config &config, const DescriptorBudget &budget, int threads);

}  // namespace holdline
