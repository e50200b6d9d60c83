// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitorlink.h"
#include "service/holdline/monitorfeed/monitorsocket.h"
#include "service/holdline/monitorserver/monitorcommands.h"
#include "service/holdline/monitorserver/monitorqueries.h"
#include "service/holdline/monitorserver/monitorsampler.h"

#include <QTimer>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace holdline {
class ShardGroup;
}

namespace holdline::monitor {

/// Serves those who watch the service over its local socket: resources/docs/monitor-protocol.md.
///
/// While there are observers the shards' feeds are active. Ten times a second at most it collects from those
/// that have something, keeps the mirror up and tells all observers the same, encoded once; once a second it
/// also asks all shards how they stand. While there are none, or none of them reads, it is a listening socket
/// and nothing else; one that reads on is told everything anew.
///
/// Life: listen() once the shards have started; they, the store and the desk must outlive it. Thread: the
/// main one.
class MonitorServer : public QObject, private MonitorLinkOwner
{
    Q_OBJECT

public:
    static constexpr int kMaxObservers = 16;
    static constexpr std::chrono::milliseconds kTickInterval{100};
    static constexpr std::chrono::milliseconds kSampleInterval{1'000};

    MonitorServer(ShardGroup &shards, JobStore &store, DeadLetterService &letters, const ServiceFacts &facts,
                  QObject *parent = nullptr);
    ~MonitorServer() override;

    /// False when it cannot be had; errorString() says why.
    bool listen(const QString &path);
    QString errorString() const { return m_socket.errorString(); }
    QString path() const { return m_socket.path(); }

    /// They changed with the configuration.
    void setFacts(const ServiceFacts &facts);

    /// Tells how things stand without waiting for the next turn: the service is about to end.
    void tellNow();

    int observers() const;
    /// Whether the feeds are active and the mirror is kept: while at least one observer reads what it is
    /// sent.
    bool isWatching() const { return m_state != State::Idle; }
    /// Of all observers together, not taken by the system yet.
    qint64 unsentBytes() const;

Q_SIGNALS:
    void drainAsked();

private:
    enum class State { Idle, Beginning, Watching };
    /// What a shard told when it was asked.
    struct Told
    {
        FeedBatch batch;
        std::unique_ptr<ShardStatus> status;  ///< only where it was wanted
    };
    /// All that was asked for at once, until the last shard has told.
    struct Round
    {
        int missing = 0;
        bool sampled = false;
        std::vector<std::pair<int, FeedBatch>> batches;
        std::unique_ptr<ShardStatus> sum;
    };
    using LinkNumber = std::uint64_t;
    struct Search
    {
        QByteArray job;
        MonitorCommands::Answer answer;
    };

    const MonitorMirror &mirror() const override { return m_mirror; }
    Update opening() const override;
    void commanded(MonitorLink &link, const Command &command) override;
    void caughtUp(MonitorLink &link) override;
    void linkClosed(MonitorLink &link) override;

    void accepted(qintptr descriptor);
    void removeClosed();
    void restIfNobodyReads();
    void beginWatching();
    void endWatching();
    void schedule();
    void tick();
    void sampleDue();
    template <typename Ask>
    void ask(int shard, Ask ask);
    void told(int shard, Told &&told);
    void endRound();
    void askStore();
    void takeSample(const ShardStatus &sum);
    void broadcast(FeedBatch &&batch, bool sampled, bool facts);

    void search();
    void reply(LinkNumber link, const Reply &reply);
    LinkNumber numberOf(const MonitorLink &link) const;

    ShardGroup &m_shards;
    JobStore &m_store;
    ServiceFacts m_facts;
    MonitorCommands m_commands;
    MonitorQueries m_queries;
    State m_state = State::Idle;
    /// Answers to what was asked before the last begin or end are not for now.
    std::uint64_t m_epoch = 0;
    MonitorMirror m_mirror;
    MonitorSampler m_sampler;
    Sample m_sample;  ///< the last one
    /// As it stood when it was asked last, with the sample before.
    std::optional<StoreStatus> m_storeStatus;
    std::set<int> m_waiting;
    Round m_round;
    bool m_sampleDue = false;
    bool m_lanesDue = false;
    /// Cancellations of jobs the mirror does not know: they may be newer than the last collection.
    std::deque<Search> m_searches;
    TimePoint m_lastTick{};
    QTimer m_tick;
    QTimer m_sampleTimer;
    LinkNumber m_lastLink = 0;
    std::map<LinkNumber, std::unique_ptr<MonitorLink>> m_links;
    MonitorSocket m_socket;
};

}  // namespace holdline::monitor
