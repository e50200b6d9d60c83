// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shardplan.h"

#include <QHashFunctions>
#include <QRandomGenerator>

#include <algorithm>

namespace holdline {

namespace {

/// With N shards, (N - 1) / N of all start requests and callbacks are passed to another thread, so each
/// further shard gains less. One core is already faster than most upstreams.
constexpr int kMostThreadsByDefault = 4;

template <typename Number>
void divide(Number &limit, int parts)
{
    limit = (limit + parts - 1) / parts;
}

}  // namespace

int threadsFor(int configured, int cores)
{
    if (configured > 0)
        return std::min(configured, kMaxThreads);
    // On two cores one thread is enough. The kernel's part of the work uses the other core, and messages cost
    // time. At the same rate, a job took 93 to 108 µs of CPU with one thread, 97 to 119 with two and 145 to
    // 167 with four.
    return cores <= 2 ? 1 : std::min(cores, kMostThreadsByDefault);
}

AccountShards AccountShards::seeded(int count)
{
    return {count, static_cast<std::size_t>(QRandomGenerator::system()->generate64())};
}

int AccountShards::of(QByteArrayView account) const
{
    return m_count == 1 ? 0 : static_cast<int>(qHash(account, m_seed) % static_cast<std::size_t>(m_count));
}

ShardPlan shareOf(const Config &config, const DescriptorBudget &budget, int threads)
{
    ShardPlan plan{config, budget};
    for (int *limit : {&plan.config.upstream.connections, &plan.config.lanes.startsInFlight,
                       &plan.config.lanes.queued, &plan.config.hold.held, &plan.config.hold.durable,
                       &plan.config.hold.retainedResults, &plan.config.limits.connections,
                       &plan.config.limits.callbackConnections, &plan.config.log.accessLinesPerSecond,
                       &plan.budget.clients, &plan.budget.callbacks, &plan.budget.upstream})
        divide(*limit, threads);
    divide(plan.config.hold.retainedBytes, threads);
    divide(plan.config.limits.memory, threads);
    // All shards share the store. A shard uses store.bytes as the limit for its unfinished jobs.
    divide(plan.config.store.bytes, threads);
    return plan;
}

}  // namespace holdline
