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
/// The receiver gets it when the last one has answered, with a single shard inside the call. Collections do
/// not overlap.
///
/// The shards must not answer after it is destroyed. Thread: the main one.
class FeedCollector
{
public:
    struct Collection
    {
        std::vector<std::pair<int, FeedBatch>> batches;  ///< with the number of the shard
        std::unique_ptr<ShardStatus> status;             ///< the sum; null unless it was asked for
    };

    FeedCollector(ShardGroup &shards, std::function<void(Collection &&)> receiver)
        : m_shards(shards), m_receiver(std::move(receiver))
    {
    }

    /// Switches the feeds on, and collects what they begin with and the status.
    void begin();
    /// Switches the feeds off. Drops a collection that has not ended.
    void end();
    void collect(const std::set<int> &shards, MonitorFeed::Scope scope, bool withStatus);
    bool isCollecting() const { return m_missing > 0; }

    /// Increases in end(). Answers to questions of an earlier epoch are of no use.
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
    int m_missing = 0;  ///< shards that have not answered
    Collection m_collection;
};

}  // namespace holdline::monitor
