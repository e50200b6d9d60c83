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

namespace http {
class ReservedAddresses;
}

/// Handles all shards as one. The first shard runs in the main thread, so a single shard needs no further
/// thread and no messages. Each other shard has its own thread. A call goes to every shard, and the results
/// are added up.
///
/// Lifetime: construct, start(). The destructor ends every shard and its thread, also with open requests.
/// Thread: the main thread. Results are passed from its event loop; with a single shard, inside the call.
class ShardGroup : public QObject
{
    Q_OBJECT

public:
    using Answer = std::function<void(const ShardStatus &sum)>;

    /// `store` must be open before start(). `store` and `sink`, which receives the access log, must outlive
    /// this object.
    ShardGroup(const Config &config, int threads, Store &store, LogSink &sink, QObject *parent = nullptr);
    ~ShardGroup() override;

    /// Starts all shards. They serve clients at `addresses` and take over the sockets. Returns false on
    /// failure: see errorString().
    bool start(http::ReservedAddresses &addresses);
    QString errorString() const { return m_error; }
    /// Returns the ports of the listen addresses, in their order. Empty before start().
    std::vector<quint16> ports() const { return m_first ? m_first->ports() : std::vector<quint16>(); }
    int threads() const { return m_accountShards.count(); }
    /// Returns the descriptors of all shards together.
    const DescriptorBudget &budget() const { return m_budget; }

    /// Returns the number of unfinished jobs found in the store at start.
    int recoveredCount() const { return m_recoveredCount; }
    /// Returns the shard of an account.
    int shardOf(const QByteArray &account) const { return m_accountShards.of(account); }
    /// Runs `question` in the thread of one shard and passes its result to `answer` in this thread.
    /// `question` must not use data of this thread. Results of one shard come in the order of the calls.
    template <typename Query, typename Receiver>
    void ask(int shard, Query question, Receiver answer);

    /// Handle a request as if it had arrived at the first shard.
    void start(const http::Request &request, std::unique_ptr<Exchange> exchange)
    {
        m_first->router().start(request, std::move(exchange));
    }
    void callback(const http::Request &request, std::unique_ptr<Exchange> exchange)
    {
        m_first->router().callback(request, std::move(exchange));
    }

    /// Finds the durable jobs of all shards.
    JobDirectory &directory() { return m_first->directory(); }

    /// Collects the status of all shards.
    void ask(Answer answer)
    {
        forEach([](Shard &) {}, std::move(answer));
    }
    /// Calls `answer` when all shards use the new configuration.
    void reload(const Config &config, Answer answer);
    /// Calls `answer` with the status at the beginning of the drain. Emits drained() when no request is held.
    void drain(std::chrono::milliseconds timeout, Answer answer)
    {
        forEach([timeout](Shard &shard) { shard.drain(timeout); }, std::move(answer));
    }
    /// Stops listening and closes connections once their answers are sent. Emits left() when no client is
    /// connected.
    void leave()
    {
        forEach([](Shard &shard) { shard.leave(); }, [](const ShardStatus &) {});
    }

Q_SIGNALS:
    void drained();
    void left();
    /// The feed of this shard has updates to collect.
    void feedWaiting(int shard);

private:
    /// One call to all shards.
    struct GroupCall
    {
        int missing = 0;  ///< shards that have not answered
        ShardStatus sum;
        Answer answer;
    };

    std::vector<std::vector<JobRecord>> takeRecovered();
    void forEach(const std::function<void(Shard &)> &task, Answer answer);
    void receive(const ShardReport &report);
    void answered(std::uint64_t call, const ShardStatus &status);
    void ended(std::set<int> &done, int shard, void (ShardGroup::*all)());

    Config m_config;
    DescriptorBudget m_budget;
    Store &m_store;
    LogSink &m_sink;
    const AccountShards m_accountShards;
    RecoveredJobs m_recovered;
    int m_recoveredCount = 0;
    QString m_error;
    std::uint64_t m_lastCall = 0;
    std::unordered_map<std::uint64_t, GroupCall> m_calls;
    std::uint64_t m_lastQuery = 0;
    std::unordered_map<std::uint64_t, std::function<void(void *)>> m_answers;
    std::set<int> m_drained;
    std::set<int> m_left;

    // The mailboxes must outlive the shards that post to them.
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
