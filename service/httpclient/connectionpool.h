// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/httpclient/pooledconnection.h"
#include "service/httpclient/pooloptions.h"

#include <list>
#include <map>
#include <memory>
#include <unordered_map>

namespace holdline {

/// Gives requests to connections: reuses idle ones, opens new ones up to a cap, closes the idle one that was
/// unused longest to make room, and lets requests wait in order when every connection is busy.
///
/// In ConnectionScope::Account a connection is kept idle only while no other request of its account is in
/// flight: an upstream that serves one connection per account at a time would let that one wait for ours.
///
/// A request waits only while all connections are busy; so the longest waiting one gets the next that is
/// free, whoever it belonged to (in Account scope by closing it and opening another).
///
/// Owned by PooledAccessManager; one thread. No function emits a signal of a reply before it returns.
class ConnectionPool
{
public:
    explicit ConnectionPool(const PoolOptions &options);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool &) = delete;
    ConnectionPool &operator=(const ConnectionPool &) = delete;

    const PoolOptions &options() const { return m_options; }
    /// For requests and connections to come. Fewer connections: idle ones are closed now, busy ones later.
    void setOptions(const PoolOptions &options);

    /// Takes a request that ends through PooledReply::succeed() or failLater(), unless it is forgotten first.
    void submit(PooledReply *reply, std::chrono::milliseconds timeout);
    /// The reply is over or being destroyed: its connection, if an answer is due on it, is closed.
    void forget(PooledReply *reply);

    int connectionCount() const { return static_cast<int>(m_busy.size() + m_idle.size()); }
    int idleCount() const { return static_cast<int>(m_idle.size()); }
    int queuedCount() const { return static_cast<int>(m_queue.size()); }

    // For connections:

    /// The answer was read to its end and the connection can carry another request.
    void release(PooledConnection *connection);
    /// The connection is of no more use. The event loop deletes it; a second time does nothing.
    void remove(PooledConnection *connection);
    /// An idle connection's time may be up: it may have been used since it was set.
    void idleTimeUp(PooledConnection *connection);
    /// A request that certainly was not sent, from a connection that is being removed.
    void resubmit(PooledReply *reply);
    void setDeadline(Timed *what, std::chrono::milliseconds delay) { m_deadlines.setIn(what, delay); }
    void clearDeadline(Timed *what) { m_deadlines.clear(what); }

private:
    struct LaneKey
    {
        Origin origin;
        QByteArray key;
        friend bool operator==(const LaneKey &, const LaneKey &) = default;
    };
    struct LaneKeyHash
    {
        std::size_t operator()(const LaneKey &lane) const { return qHashMulti(0, lane.origin, lane.key); }
    };

    void assign(PooledReply *reply);
    void openFor(PooledReply *reply);
    void give(PooledConnection *connection, PooledReply *reply);
    PooledConnection *takeIdle(const PooledRequest &wanted);
    PooledConnection *findIdle(const PooledRequest &wanted) const;
    ConnectionLane *laneFor(const PooledRequest &wanted);
    void makeBusy(PooledConnection *connection, ConnectionLane *lane);
    void makeIdle(PooledConnection *connection);
    void dropIfEmpty(const ConnectionLane *lane);
    PooledReply *takeQueued();
    void serveQueue();
    bool isFull() const { return connectionCount() >= m_options.maxConnections; }

    PoolOptions m_options;
    std::unique_ptr<QObject> m_owner;  ///< parent of all connections, those included that wait to be deleted
    ConnectionList m_busy;
    ConnectionList m_idle;                                             ///< unused longest at the front
    std::unordered_map<LaneKey, ConnectionLane, LaneKeyHash> m_lanes;  ///< those that have a connection
    std::map<std::uint64_t, PooledReply *> m_queue;
    std::list<PooledReply *> m_replies;
    std::uint64_t m_lastPlace = 0;
    bool m_servingQueue = false;
    DeadlineTimer<Timed *> m_deadlines;
};

}  // namespace holdline
