// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/shard.h"
#include "service/holdline/shardthread.h"

#include <QObject>

#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace holdline {

/// All shards as one: the first lives in the main thread, so that one shard needs no thread and no letters,
/// each of the others in a thread of its own. What is asked of it is asked of every shard, and what they
/// answer is added up.
///
/// Life: construct, start(); destroying it ends every shard and its thread whatever they hold. Thread: the
/// main one; answers come from its event loop, with one shard at once.
class ShardGroup : public QObject
{
    Q_OBJECT

public:
    using Answer = std::function<void(const ShardStatus &sum)>;

    /// `sink` takes the access log, and must outlive it.
    ShardGroup(const Config &config, int threads, LogSink &sink, QObject *parent = nullptr);
    ~ShardGroup() override;

    /// False when they cannot listen at `server.listen`; errorString() says why.
    bool start();
    QString errorString() const { return m_error; }
    quint16 port() const { return m_first ? m_first->port() : 0; }
    int threads() const { return m_homes.count(); }
    /// As it was shared out, of all shards together.
    const DescriptorBudget &budget() const { return m_budget; }

    /// How things stand in all shards.
    void ask(Answer answer);
    /// `answer` comes when all shards go by the new configuration.
    void reload(const Config &config, Answer answer);
    /// `answer` tells what was held then; drained() comes when nothing is held any more.
    void drain(std::chrono::milliseconds timeout, Answer answer);
    /// left() comes when no client is connected any more.
    void leave();

Q_SIGNALS:
    void drained();
    void left();

private:
    /// One question to all shards.
    struct Round
    {
        int missing = 0;
        ShardStatus sum;
        Answer answer;
    };

    void forEach(const std::function<void(Shard &)> &order, Answer answer);
    void receive(const ShardReport &report);
    void answered(std::uint64_t round, const ShardStatus &status);
    void ended(std::set<int> &done, int shard, void (ShardGroup::*all)());

    Config m_config;
    DescriptorBudget m_budget;
    LogSink &m_sink;
    const HomeShards m_homes;
    QString m_error;
    std::uint64_t m_lastRound = 0;
    std::unordered_map<std::uint64_t, Round> m_rounds;
    std::set<int> m_drained;
    std::set<int> m_left;

    // Boxes outlive all who write letters.
    ReportBox m_reports;
    std::vector<std::unique_ptr<ShardBox>> m_boxes;
    std::unique_ptr<Shard> m_first;
    std::vector<std::unique_ptr<ShardThread>> m_others;
};

}  // namespace holdline
