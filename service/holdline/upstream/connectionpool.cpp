// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/connectionpool.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

ConnectionPool::ConnectionPool(const PoolOptions &options)
    : m_options(options),
      m_owner(std::make_unique<QObject>()),
      m_deadlines([](Timed *const &what) { what->timeUp(); })
{
}

ConnectionPool::~ConnectionPool()
{
    for (PooledReply *reply : m_replies)
        reply->forgetPool();
    for (PooledConnection *connection : m_connections)
        connection->shut();
    if (!PooledConnection::inSlot())
        return;  // m_owner deletes them
    // A slot of one of the sockets is on the stack, e.g. a reply's finished() destroys the manager.
    const QObjectList connections = m_owner->children();
    for (QObject *connection : connections) {
        connection->setParent(nullptr);
        connection->deleteLater();
    }
}

void ConnectionPool::setOptions(const PoolOptions &options)
{
    m_options = options;
    while (connectionCount() > m_options.maxConnections && !m_idle.empty())
        remove(m_idle.front());
    serveQueue();
}

void ConnectionPool::submit(PooledReply *reply, std::chrono::milliseconds timeout)
{
    m_replies.insert(reply);
    if (timeout > std::chrono::milliseconds(0))
        m_deadlines.setIn(reply, timeout);
    assign(reply);
}

void ConnectionPool::resubmit(PooledReply *reply)
{
    assign(reply);
}

void ConnectionPool::assign(PooledReply *reply)
{
    if (PooledConnection *connection = takeIdle(reply->wanted())) {
        bind(connection, reply);
        connection->carry(reply);
        return;
    }
    if (isFull() && !m_idle.empty())
        remove(m_idle.front());
    if (!isFull()) {
        openFor(reply);
    } else if (queuedCount() < m_options.maxQueued) {
        reply->setQueuePlace(++m_lastPlace);
        m_queue.emplace(m_lastPlace, reply);
    } else {
        reply->failLater({QNetworkReply::TemporaryNetworkFailureError,
                          u"Too many requests are waiting for a connection"_s, "connection_limit_reached"});
    }
}

void ConnectionPool::forget(PooledReply *reply)
{
    m_deadlines.clear(reply);
    m_replies.erase(reply);
    m_queue.erase(reply->queuePlace());
    if (PooledConnection *connection = reply->connection()) {
        reply->setConnection(nullptr);
        connection->forgetReply();
        remove(connection);
    }
}

void ConnectionPool::openFor(PooledReply *reply)
{
    auto *connection = new PooledConnection(*this, reply->wanted().origin, m_owner.get());
    m_connections.insert(connection);
    bind(connection, reply);
    connection->open(reply);
}

void ConnectionPool::bind(PooledConnection *connection, PooledReply *reply)
{
    connection->place.key = reply->wanted().key;
    ++m_lanes[{connection->origin(), connection->place.key}].busy;
    reply->setConnection(connection);
}

PooledConnection *ConnectionPool::takeIdle(const PooledRequest &wanted)
{
    while (PooledConnection *connection = findIdle(wanted)) {
        unlinkIdle(connection);
        if (connection->isUsable())
            return connection;
        destroy(connection);
    }
    return nullptr;
}

PooledConnection *ConnectionPool::findIdle(const PooledRequest &wanted) const
{
    if (m_idle.empty())
        return nullptr;
    const auto lane = m_lanes.constFind({wanted.origin, wanted.key});
    if (lane != m_lanes.constEnd() && !lane->idle.empty())
        return lane->idle.back();
    if (m_options.scope == ConnectionScope::Account)
        return nullptr;
    const auto other = std::find_if(m_idle.rbegin(), m_idle.rend(), [&](const PooledConnection *connection) {
        return connection->origin() == wanted.origin;
    });
    return other == m_idle.rend() ? nullptr : *other;
}

void ConnectionPool::release(PooledConnection *connection)
{
    const LaneKey key{connection->origin(), connection->place.key};
    Lane &lane = m_lanes[key];
    --lane.busy;
    const bool blocksAnother = m_options.scope == ConnectionScope::Account && lane.busy > 0;
    if (blocksAnother || connectionCount() > m_options.maxConnections) {
        destroy(connection);
        serveQueue();
        return;
    }
    if (!m_queue.empty()) {
        const PooledRequest &next = m_queue.begin()->second->wanted();
        const bool fits = next.origin == connection->origin() &&
                          (m_options.scope == ConnectionScope::Any || next.key == connection->place.key);
        if (fits && connection->isUsable()) {
            dropIfEmpty(key);
            PooledReply *reply = takeQueued();
            bind(connection, reply);
            connection->carry(reply);
        } else {
            destroy(connection);
            serveQueue();
        }
        return;
    }
    lane.idle.push_back(connection);
    m_idle.push_back(connection);
    connection->place.idle = true;
    connection->place.idleAt = std::prev(m_idle.end());
    m_deadlines.setIn(connection, connection->idleLimit());
}

void ConnectionPool::remove(PooledConnection *connection)
{
    if (!m_connections.contains(connection))
        return;
    if (connection->place.idle)
        unlinkIdle(connection);
    else
        --m_lanes[{connection->origin(), connection->place.key}].busy;
    destroy(connection);
    serveQueue();
}

void ConnectionPool::unlinkIdle(PooledConnection *connection)
{
    m_deadlines.clear(connection);
    m_idle.erase(connection->place.idleAt);
    connection->place.idle = false;
    const LaneKey key{connection->origin(), connection->place.key};
    m_lanes[key].idle.remove(connection);
    dropIfEmpty(key);
}

void ConnectionPool::dropIfEmpty(const LaneKey &key)
{
    const auto lane = m_lanes.constFind(key);
    if (lane != m_lanes.constEnd() && lane->busy == 0 && lane->idle.empty())
        m_lanes.erase(lane);
}

/// Ends a connection that is in no list but m_connections. It may be on the stack: the event loop deletes it,
/// or the pool's destructor, whichever comes first.
void ConnectionPool::destroy(PooledConnection *connection)
{
    m_deadlines.clear(connection);
    m_connections.erase(connection);
    dropIfEmpty({connection->origin(), connection->place.key});
    connection->shut();
    connection->deleteLater();
}

PooledReply *ConnectionPool::takeQueued()
{
    PooledReply *reply = m_queue.begin()->second;
    m_queue.erase(m_queue.begin());
    reply->setQueuePlace(0);
    return reply;
}

void ConnectionPool::serveQueue()
{
    // A connection that fails at once ends up here again: let the loop below go on instead of nesting.
    if (std::exchange(m_servingQueue, true))
        return;
    while (!m_queue.empty() && !isFull())
        openFor(takeQueued());
    m_servingQueue = false;
}

}  // namespace holdline
