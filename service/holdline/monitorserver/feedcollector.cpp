// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/feedcollector.h"

#include "service/holdline/shards/shardgroup.h"

namespace holdline::monitor {

template <typename Question>
void FeedCollector::ask(int shard, Question question)
{
    m_shards.ask(shard, std::move(question), [this, shard, epoch = m_epoch](Answer &&answer) {
        if (epoch == m_epoch)
            answered(shard, std::move(answer));
    });
}

void FeedCollector::begin()
{
    m_collection = {};
    m_missing = m_shards.threads();
    for (int shard = 0; shard < m_shards.threads(); ++shard)
        ask(shard, [](Shard &asked) {
            return Answer{asked.feed().begin(), std::make_unique<ShardStatus>(asked.status())};
        });
}

void FeedCollector::end()
{
    ++m_epoch;
    m_collection = {};
    m_missing = 0;
    for (int shard = 0; shard < m_shards.threads(); ++shard)
        m_shards.ask(
            shard,
            [](Shard &asked) {
                asked.feed().end();
                return true;
            },
            [](bool) {});
}

void FeedCollector::collect(const std::set<int> &shards, MonitorFeed::Scope scope, bool withStatus)
{
    m_collection = {};
    m_missing = static_cast<int>(shards.size());
    for (const int shard : shards)
        ask(shard, [scope, withStatus](Shard &asked) {
            return Answer{asked.feed().collect(scope),
                          withStatus ? std::make_unique<ShardStatus>(asked.status()) : nullptr};
        });
}

void FeedCollector::answered(int shard, Answer &&answer)
{
    m_collection.batches.emplace_back(shard, std::move(answer.batch));
    if (answer.status && m_collection.status)
        m_collection.status->add(*answer.status);
    else if (answer.status)
        m_collection.status = std::move(answer.status);
    if (--m_missing == 0)
        m_receiver(std::exchange(m_collection, {}));
}

}  // namespace holdline::monitor
