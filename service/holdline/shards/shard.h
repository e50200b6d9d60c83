// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/metrics.h"
#include "service/holdline/deadletters/deadletters.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/jobsapi/jobsapi.h"
#include "service/holdline/monitorfeed/monitorfeed.h"
#include "service/holdline/shards/recorder.h"
#include "service/holdline/shards/sharddirectory.h"
#include "service/holdline/shards/shardplan.h"
#include "service/holdline/shards/shardrouter.h"
#include "service/holdline/store/storelink.h"
#include "service/holdline/upstream/upstreamclient.h"
#include "service/holdline/upstream/upstreammanager.h"

#include <memory>
#include <optional>

namespace holdline {

class HttpFront;
class LogSink;

/// What a shard has counted and how it stands, or the sum of several.
struct ShardStatus
{
    Counters counters;
    Gauges gauges;
    int heldPeak = 0;  ///< the sum of several may be more than there ever were
    CircuitBreaker::State circuit = CircuitBreaker::State::Closed;  ///< of several the worst

    void add(const ShardStatus &other);
};

/// Where the upstream reaches the service that listens at `port`, without a token.
QByteArray callbackBase(const Config &config, quint16 port);

/// One thread's worth of the service: a listening socket with the front behind it, the coordinator with its
/// jobs and lanes, the connections to the upstream, the counters and the access log. Shards share nothing;
/// they write letters.
///
/// Life: construct, listen() or listenBeside(), open(), and drain() and leave() when it is to end. All of it
/// belongs to one thread with an event loop, from construction to destruction. Letters must have been stopped
/// by closing its box before it is destroyed, as close() does.
class Shard : public QObject
{
    Q_OBJECT

public:
    /// `store` has been opened, and `recovered` was found in it: jobs of accounts that live here and had not
    /// ended when the process before this one did. `sink` takes the access log. It, the store and what is in
    /// `place` must outlive the shard.
    Shard(const ShardPlan &plan, const ShardContext &place, Store &store, std::vector<JobRecord> recovered,
          LogSink &sink, QObject *parent = nullptr);
    ~Shard() override;

    /// The first of the shards. False when the address cannot be had; errorString() says why.
    bool listen(const ListenAddress &address);
    /// Lets siblings listen where this one does, which had the address alone until now. The descriptor to
    /// give to listenBeside(); nothing when the system refuses.
    std::optional<qintptr> shareAddress();
    bool listenBeside(qintptr descriptor);
    QString errorString() const { return m_error; }
    quint16 port() const;

    /// Letters are received from now on.
    void open();
    /// No more letters; those that are there are dropped.
    void close();

    void reload(const ShardPlan &plan);
    /// No new holds, callbacks still served; drained() when nothing is held here any more, at the latest
    /// after `timeout`, when the rest have got 503.
    void drain(std::chrono::milliseconds timeout);
    /// Stops to listen and closes connections as soon as their answers are out; left() when there are none.
    void leave();

    ShardStatus status() const;

    /// What comes in by other ways than the front goes through it.
    ShardRouter &router() { return m_router; }

    // For those who watch.
    JobCoordinator &coordinator() { return m_coordinator; }
    ShardDirectory &directory() { return m_directory; }
    monitor::MonitorFeed &feed() { return m_feed; }
    /// False when the job is not held (any more).
    bool cancel(JobKey key) { return m_coordinator.cancel(key); }
    /// See JobCoordinator.
    bool pauseLane(const QByteArray &account);
    bool resumeLane(const QByteArray &account);

Q_SIGNALS:
    void drained();
    void left();
    /// There is something to collect from the feed.
    void feedWaiting();

private:
    void receive(ShardMessage &&message);
    bool isListening(bool well);

    Config m_config;
    ShardBox &m_box;
    QString m_error;
    bool m_left = false;
    // Members in order of construction; they are destroyed the other way round: first the front (and with it
    // every socket), then what is on its way to other shards, the recorder and the feed, the coordinator with
    // what is held, the transport last.
    UpstreamManager m_transport;
    UpstreamClient m_upstream;
    StoreLink m_store;
    JobCoordinator m_coordinator;
    DeadLetters m_deadLetters;
    monitor::MonitorFeed m_feed;
    Recorder m_recorder;
    ShardRouter m_router;
    ShardDirectory m_directory;
    JobsApi m_api;
    std::unique_ptr<HttpFront> m_front;
};

}  // namespace holdline
