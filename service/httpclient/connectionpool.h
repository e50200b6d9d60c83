// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/http/addresschoice.h"
#include "service/httpclient/churnwatch.h"
#include "service/httpclient/pooledconnection.h"
#include "service/httpclient/pooloptions.h"

#include <list>
#include <map>
#include <memory>
#include <unordered_map>

namespace holdline {

/// Assigns requests to connections. Reuses idle connections and opens new ones up to a limit. At the limit it
/// closes the connection that was idle longest and opens a new one. When all connections are busy, requests
/// wait in order.
///
/// In ConnectionScope::Account a connection stays idle only while its account has no other request in flight.
/// Some upstreams serve one connection per account at a time, so an idle connection would block the account's
/// other request.
///
/// A request waits only while all connections are busy. The longest waiting request gets the next free
/// connection, whatever account used that connection. In Account scope a connection of another account is
/// closed, and a new one is opened.
///
/// Owned by PooledAccessManager. Used by one thread. No function of the pool emits a signal of a reply before
/// it returns.
class ConnectionPool
{
public:
    explicit ConnectionPool(const PoolOptions &options);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool &) = delete;
    ConnectionPool &operator=(const ConnectionPool &) = delete;

    const PoolOptions &options() const { return m_options; }
    /// Sets the options of later requests and connections. With a lower limit, idle connections are closed
    /// now and busy ones after their response. When TLS is in use, its files are read again, and connections
    /// made with the old files are closed in the same way. When a file cannot be used, the old TLS rules stay
    /// in force and a warning is logged.
    void setOptions(const PoolOptions &options);

    /// Takes a request. Every request ends with PooledReply::succeed() or failLater(), unless forget() is
    /// called first. A `timeout` of 0 means no time limit.
    void submit(PooledReply *reply, std::chrono::milliseconds timeout);
    /// Forgets a reply that has ended or is being destroyed. Closes the reply's connection if a response is
    /// still expected on it.
    void forget(PooledReply *reply);

    int connectionCount() const { return static_cast<int>(m_busy.size() + m_idle.size()); }
    int idleCount() const { return static_cast<int>(m_idle.size()); }
    int queuedCount() const { return static_cast<int>(m_queue.size()); }

    // Called by connections.

    /// Returns the rules for TLS, loaded with the first https connection. Null when a file cannot be used,
    /// see tlsError().
    const std::shared_ptr<TlsClient> &tls();
    const QString &tlsError() const { return m_tlsError; }
    http::AddressMemory *addressMemory() { return &m_addresses; }

    /// Takes back a connection whose response was read to its end. The connection must be able to carry
    /// another request.
    void release(PooledConnection *connection);
    /// Closes the connection. The event loop deletes it later. A second call does nothing.
    void remove(PooledConnection *connection);
    /// Closes a connection whose idle deadline has passed. Sets the deadline again when the connection was
    /// used since it was set.
    void idleTimeUp(PooledConnection *connection);
    /// Takes back a request that was certainly not sent. Its connection is being removed.
    void resubmit(PooledReply *reply) { assign(reply); }
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
    void reloadTls();
    void makeRoom(PooledConnection *connection);
    bool isFull() const { return connectionCount() >= m_options.maxConnections; }

    PoolOptions m_options;
    std::shared_ptr<TlsClient> m_tls;
    QString m_tlsError;
    http::AddressMemory m_addresses;
    ChurnWatch m_churn;
    std::unique_ptr<QObject> m_owner;  ///< parent of all connections, also of those that wait for deletion
    ConnectionList m_busy;
    ConnectionList m_idle;  ///< the connection that was idle longest is first
    std::unordered_map<LaneKey, ConnectionLane, LaneKeyHash> m_lanes;  ///< lanes with at least one connection
    std::map<std::uint64_t, PooledReply *> m_queue;
    std::list<PooledReply *> m_replies;
    std::uint64_t m_lastPlace = 0;
    bool m_servingQueue = false;
    DeadlineTimer<Timed *> m_deadlines;
};

}  // namespace holdline
