// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/shards/descriptorbudget.h"

#include <QByteArrayView>

#include <cstddef>

namespace holdline {

/// A callback token names its shard in a byte; far fewer threads than that are of use.
inline constexpr int kMaxThreads = 64;

/// How many threads serve: `configured`, or where that is 0 what suits `cores`. Pure.
int threadsFor(int configured, int cores);

/// Which shard an account lives on: it has one lane, whatever shard its requests arrive at. A seeded hash,
/// because account names come from outside and must not be chosen to crowd one shard. A value; the same in
/// all shards.
class AccountShards
{
public:
    AccountShards(int count, std::size_t seed) : m_count(count), m_seed(seed) {}
    /// With a seed nobody knows.
    static AccountShards seeded(int count);

    int count() const { return m_count; }
    int of(QByteArrayView account) const;

private:
    int m_count;
    std::size_t m_seed;
};

/// What one shard may use.
struct ShardPlan
{
    Config config;
    DescriptorBudget budget;
};

/// One shard's part of what is configured for the whole process: limits that count what all accounts or
/// clients have together are divided, rounded up, so that shards need not ask each other; those of one
/// account, of one request and of one connection stay whole. Pure.
ShardPlan shareOf(const Config &config, const DescriptorBudget &budget, int threads);

}  // namespace holdline
