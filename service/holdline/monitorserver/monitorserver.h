// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitorlink.h"
#include "service/holdline/monitorfeed/monitorsocket.h"
#include "service/holdline/monitorserver/feedcollector.h"
#include "service/holdline/monitorserver/monitorcommands.h"
#include "service/holdline/monitorserver/monitorqueries.h"
#include "service/holdline/monitorserver/monitorsampler.h"

#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace holdline {
class ShardGroup;
}

namespace holdline::monitor {

/// Serves monitors over the local socket, see resources/docs/monitor-protocol.md.
///
/// While observers are connected, the shards' feeds are active. At most ten times a second the server
/// collects the changes, updates the mirror and sends the same encoded updates to all observers. Once a
/// second it also collects the status of all shards. Without observers, or when no observer reads, the feeds
/// are off and only the socket listens. An observer that reads again gets a new snapshot.
///
/// Lifetime: listen() after the shards started. The shards, the store and the DeadLetterService must outlive
/// the server. Thread: the main thread.
class MonitorServer : public QObject, private MonitorLinkOwner
{
    Q_OBJECT

public:
    static constexpr int kMaxObservers = 16;
    static constexpr std::chrono::milliseconds kTickInterval{100};
    static constexpr std::chrono::milliseconds kSampleInterval{1'000};

    MonitorServer(ShardGroup &shards, JobStore &store, DeadLetterService &deadLetters,
                  const ServiceFacts &facts, QObject *parent = nullptr);
    ~MonitorServer() override;

    /// Returns false when the path cannot be used. errorString() describes the reason.
    bool listen(const QString &path) { return m_socket.listen(path); }
    QString errorString() const { return m_socket.errorString(); }
    QString path() const { return m_socket.path(); }

    /// Sets the facts of a new configuration and sends them to all observers.
    void setFacts(const ServiceFacts &facts);

    /// Sends the current state at once, because the service is about to end. Calls `sent` when the state was
    /// given to the sockets.
    void sendNow(std::function<void()> sent);

    /// Returns the number of connected observers.
    int observers() const;
    /// True while at least one observer reads. The feeds are then active and the mirror is updated.
    bool isWatching() const { return m_state != State::Idle; }
    /// Returns the number of bytes that the kernel has not taken yet, of all observers together.
    qint64 unsentBytes() const;

Q_SIGNALS:
    /// A monitor requested that the service drains and ends.
    void drainAsked();

private:
    enum class State { Idle, Beginning, Watching };
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
    void stopIfAllLag();
    void beginWatching();
    void endWatching();
    void schedule();
    void sendLast();
    void tick();
    void sampleDue();
    void collected(FeedCollector::Collection &&collection);
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
    FeedCollector m_collector;
    MonitorMirror m_mirror;
    MonitorSampler m_sampler;
    Sample m_sample;  ///< the latest sample
    /// The status that the store reported last. Empty before the first report.
    std::optional<StoreStatus> m_storeStatus;
    std::set<int> m_waiting;  ///< indexes of shards whose feeds have updates
    bool m_sampleDue = false;
    std::function<void()> m_sent;  ///< see sendNow()
    bool m_lanesDue = false;
    /// Commands to cancel jobs that are not in the mirror. Such jobs may be newer than the last tick.
    std::deque<Search> m_searches;
    TimePoint m_lastTick{};
    QTimer m_tick;
    QTimer m_sampleTimer;
    LinkNumber m_lastLink = 0;
    std::map<LinkNumber, std::unique_ptr<MonitorLink>> m_links;
    MonitorSocket m_socket;
};

}  // namespace holdline::monitor
