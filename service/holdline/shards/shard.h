// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/metrics.h"
#include "service/holdline/deadletters/deadletters.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/jobsapi/jobsapi.h"
#include "service/holdline/monitorfeed/monitorfeed.h"
#include "service/holdline/shards/recorder.h"
#include "service/holdline/shards/shardcredentials.h"
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

/// The counters and the state of a shard, or the sum of several shards.
struct ShardStatus
{
    Counters counters;
    Gauges gauges;
    int heldPeak = 0;  ///< for several shards the sum of their peaks, which may never have occurred at once
    QString storeError = {};  ///< why the store is not available; for several shards one of their reasons

    void add(const ShardStatus &other);
};

/// The part of the service that runs in one thread: listening sockets with the front behind them, the
/// coordinator with its jobs and lanes, the upstream connections, the counters and the access log. Shards
/// share almost no data. They post messages to each other.
///
/// Lifetime: construct, listenOn() or listenBeside(), open(). To end the shard: drain() and leave(). All
/// calls come from one thread with an event loop, also construction and destruction. Call close() before the
/// destructor, so that no message arrives afterwards.
class Shard : public QObject
{
    Q_OBJECT

public:
    /// `store` must be open. `recovered` are the store's records of unfinished jobs whose accounts belong to
    /// this shard. `sink` receives the access log. `sink`, `store` and the pointers in `context` must outlive
    /// the shard.
    Shard(const ShardPlan &plan, const ShardContext &context, Store &store, std::vector<JobRecord> recovered,
          LogSink &sink, QObject *parent = nullptr);
    ~Shard() override;

    /// Listens as the first shard, on sockets that listen already (http::ReservedAddresses). Takes ownership
    /// of the descriptors. Returns false on failure: see errorString().
    bool listenOn(const std::vector<qintptr> &descriptors);
    /// Lets other shards listen at the same addresses. Call this after listenOn(), whose sockets made sure
    /// that no other process has the addresses. Returns the descriptors for listenBeside(), or nothing on
    /// failure: see errorString().
    std::optional<std::vector<qintptr>> shareAddresses();
    /// Listens at the addresses of the first shard. Returns false on failure: see errorString().
    bool listenBeside(const std::vector<qintptr> &descriptors);
    QString errorString() const { return m_error; }
    /// Returns the ports of the listen addresses, in their order.
    std::vector<quint16> ports() const;

    /// Starts to receive messages.
    void open();
    /// Stops receiving messages. Drops the messages that wait.
    void close() { m_box.close(); }

    /// Applies a new configuration.
    void reload(const ShardPlan &plan);
    /// Refuses new requests. Callbacks are still served. Emits drained() when no request is held. After
    /// `timeout` the remaining requests are answered.
    void drain(std::chrono::milliseconds timeout) { m_coordinator.drain(timeout); }
    /// Stops listening and closes connections once their answers are sent. Emits left() when no connection is
    /// open.
    void leave();

    ShardStatus status() const;

    /// Returns the router, for requests that do not come through the front.
    ShardRouter &router() { return m_router; }
    /// Returns the shard's credentials, which other shards use by messages.
    ShardCredentials &credentials() { return m_credentials; }

    // For the monitor and the metrics.
    JobCoordinator &coordinator() { return m_coordinator; }
    ShardDirectory &directory() { return m_directory; }
    monitor::MonitorFeed &feed() { return m_feed; }
    /// Cancels a held job. Returns false when no held job has this key.
    bool cancel(JobKey key) { return m_coordinator.cancel(key); }
    /// Pause and resume the lane of an account, see JobCoordinator.
    bool pauseLane(const QByteArray &account);
    bool resumeLane(const QByteArray &account);

Q_SIGNALS:
    /// No request is held any more, after drain().
    void drained();
    /// No connection is open any more, after leave().
    void left();
    /// The feed has updates to collect.
    void feedWaiting();

private:
    void receive(ShardMessage &&message);
    /// Completes an attempt to listen: sets the callback address or the error. Returns `listens`.
    bool began(bool listens);

    Config m_config;
    ShardBox &m_box;
    QString m_error;
    bool m_left = false;
    // Members are in order of construction and are destroyed in reverse order: the front with its sockets,
    // the requests forwarded to other shards, the recorder and the feed, the coordinator with its held
    // requests, and last the transport.
    UpstreamManager m_transport;
    UpstreamClient m_upstream;  ///< sends start requests
    UpstreamClient m_queries;   ///< sends requests about running jobs
    ShardCredentials m_credentials;
    // Add access tokens to the requests of m_upstream and m_queries.
    AuthorisedStarter m_authorisedStarts;
    AuthorisedStarter m_authorisedQueries;
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
