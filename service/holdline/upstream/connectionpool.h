// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadlinetimer.h"
#include "service/holdline/upstream/pooledconnection.h"
#include "service/holdline/upstream/pooloptions.h"

#include <QHash>

#include <list>
#include <map>
#include <memory>
#include <unordered_set>

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

    int connectionCount() const { return static_cast<int>(m_connections.size()); }
    int idleCount() const { return static_cast<int>(m_idle.size()); }
    int queuedCount() const { return static_cast<int>(m_queue.size()); }

    // For connections:

    /// The answer was read to its end and the connection can carry another request.
    void release(PooledConnection *connection);
    /// The connection is of no more use. It is deleted, at the latest by the event loop.
    void remove(PooledConnection *connection);
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
        friend size_t qHash(const LaneKey &lane, size_t seed)
        {
            return qHashMulti(seed, lane.origin, lane.key);
        }
    };
    /// The connections of one account (or last used by one key) to one origin.
    struct Lane
    {
        std::list<PooledConnection *> idle;  ///< used last at the back
        int busy = 0;
    };

    void assign(PooledReply *reply);
    void openFor(PooledReply *reply);
    void bind(PooledConnection *connection, PooledReply *reply);
    PooledConnection *takeIdle(const PooledRequest &wanted);
    PooledConnection *findIdle(const PooledRequest &wanted) const;
    void unlinkIdle(PooledConnection *connection);
    void dropIfEmpty(const LaneKey &key);
    void destroy(PooledConnection *connection);
    PooledReply *takeQueued();
    void serveQueue();
    bool isFull() const { return connectionCount() >= m_options.maxConnections; }

    PoolOptions m_options;
    std::unique_ptr<QObject> m_owner;  ///< parent of all connections, those included that wait to be deleted
    std::unordered_set<PooledConnection *> m_connections;
    std::list<PooledConnection *> m_idle;  ///< unused longest at the front
    QHash<LaneKey, Lane> m_lanes;
    std::map<std::uint64_t, PooledReply *> m_queue;
    std::unordered_set<PooledReply *> m_replies;
    std::uint64_t m_lastPlace = 0;
    bool m_servingQueue = false;
    DeadlineTimer<Timed *> m_deadlines;
};

}  // namespace holdline
