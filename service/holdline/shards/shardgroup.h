// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/shards/recoveredjobs.h"
#include "service/holdline/shards/shard.h"
#include "service/holdline/shards/shardthread.h"

#include <QObject>

#include <functional>
#include <memory>
#include <set>
#include <type_traits>
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

    /// `store` is to be open before start(). It and `sink`, which takes the access log, must outlive it.
    ShardGroup(const Config &config, int threads, Store &store, LogSink &sink, QObject *parent = nullptr);
    ~ShardGroup() override;

    /// False when they cannot listen at `server.listen`; errorString() says why.
    bool start();
    QString errorString() const { return m_error; }
    quint16 port() const { return m_first ? m_first->port() : 0; }
    int threads() const { return m_accountShards.count(); }
    /// As it was shared out, of all shards together.
    const DescriptorBudget &budget() const { return m_budget; }

    /// Jobs from before that had not ended.
    int recoveredCount() const { return m_recoveredCount; }
    /// The shard an account lives on.
    int shardOf(const QByteArray &account) const { return m_accountShards.of(account); }
    /// Puts a question to one shard. `question` runs in its thread and returns what `answer` gets here; it
    /// takes nothing of this thread's along. Questions to one shard are answered in their order.
    template <typename Query, typename Receiver>
    void ask(int shard, Query question, Receiver answer);

    /// As if a client, or the upstream, had sent it to the first shard.
    void start(const http::Request &request, std::unique_ptr<Exchange> exchange);
    void callback(const http::Request &request, std::unique_ptr<Exchange> exchange);

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
    /// There is something to collect from the feed of this shard.
    void feedWaiting(int shard);

private:
    /// One question to all shards.
    struct Round
    {
        int missing = 0;
        ShardStatus sum;
        Answer answer;
    };

    std::vector<std::vector<JobRecord>> takeRecovered();
    void forEach(const std::function<void(Shard &)> &order, Answer answer);
    void receive(const ShardReport &report);
    void answered(std::uint64_t round, const ShardStatus &status);
    void ended(std::set<int> &done, int shard, void (ShardGroup::*all)());

    Config m_config;
    DescriptorBudget m_budget;
    Store &m_store;
    LogSink &m_sink;
    const AccountShards m_accountShards;
    RecoveredJobs m_recovered;  ///< only read from start() on
    int m_recoveredCount = 0;
    QString m_error;
    std::uint64_t m_lastRound = 0;
    std::unordered_map<std::uint64_t, Round> m_rounds;
    std::uint64_t m_lastQuery = 0;
    std::unordered_map<std::uint64_t, std::function<void(void *)>> m_answers;
    std::set<int> m_drained;
    std::set<int> m_left;

    // Boxes outlive all who write letters.
    ReportBox m_reports;
    std::vector<std::unique_ptr<ShardBox>> m_boxes;
    std::unique_ptr<Shard> m_first;
    std::vector<std::unique_ptr<ShardThread>> m_others;
};

template <typename Query, typename Receiver>
void ShardGroup::ask(int shard, Query question, Receiver answer)
{
    using Reply = std::invoke_result_t<Query, Shard &>;
    if (shard == 0) {
        answer(question(*m_first));
        return;
    }
    const std::uint64_t number = ++m_lastQuery;
    m_answers.emplace(number, [answer = std::move(answer)](void *reply) mutable {
        answer(std::move(*static_cast<Reply *>(reply)));
    });
    m_boxes[static_cast<std::size_t>(shard)]->post(
        ShardTask{[question = std::move(question), number, reports = &m_reports](Shard &asked) {
            reports->post(ReplyReport{number, std::make_shared<Reply>(question(asked))});
        }});
}

}  // namespace holdline
