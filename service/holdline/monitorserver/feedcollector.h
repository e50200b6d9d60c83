// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitorfeed.h"
#include "service/holdline/shards/shard.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace holdline {
class ShardGroup;
}

namespace holdline::monitor {

/// Switches the feeds of all shards on and off, and collects their changes. A collection asks several shards.
/// The receiver gets the collection when the last shard has answered; with a single shard, inside the call.
/// Collections do not overlap.
///
/// The shards must not answer after the collector is destroyed. Thread: the main thread.
class FeedCollector
{
public:
    struct Collection
    {
        std::vector<std::pair<int, FeedBatch>> batches;  ///< each with the index of its shard
        std::unique_ptr<ShardStatus> status;             ///< the sum of all shards; null unless requested
    };

    FeedCollector(ShardGroup &shards, std::function<void(Collection &&)> receiver)
        : m_shards(shards), m_receiver(std::move(receiver))
    {
    }

    /// Switches the feeds on. Collects their first batches and the status of all shards.
    void begin();
    /// Switches the feeds off. Drops a collection that has not ended.
    void end();
    /// Collects the changes of these shards.
    void collect(const std::set<int> &shards, MonitorFeed::Scope scope, bool withStatus);
    bool isCollecting() const { return m_missing > 0; }

    /// Increased by end(). Answers to questions of an earlier epoch must be ignored.
    std::uint64_t epoch() const { return m_epoch; }

private:
    struct Answer
    {
        FeedBatch batch;
        std::unique_ptr<ShardStatus> status;
    };

    template <typename Question>
    void ask(int shard, Question question);
    void answered(int shard, Answer &&answer);

    ShardGroup &m_shards;
    std::function<void(Collection &&)> m_receiver;
    std::uint64_t m_epoch = 0;
    int m_missing = 0;  ///< number of shards that have not answered
    Collection m_collection;
};

}  // namespace holdline::monitor
