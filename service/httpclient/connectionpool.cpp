// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/connectionpool.h"

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
    for (const ConnectionList *list : {&m_busy, &m_idle}) {
        for (PooledConnection *connection : *list)
            connection->shut();
    }
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
    reply->setPoolPlace(m_replies.insert(m_replies.end(), reply));
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
        give(connection, reply);
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
    if (const auto place = reply->takePoolPlace())
        m_replies.erase(*place);
    if (reply->queuePlace() != 0)
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
    ConnectionPlace &place = connection->place;
    place.lane = laneFor(reply->wanted());
    place.inPool = m_busy.insert(m_busy.end(), connection);
    place.inLane = place.lane->busy.insert(place.lane->busy.end(), connection);
    reply->setConnection(connection);
    connection->open(reply);
}

void ConnectionPool::give(PooledConnection *connection, PooledReply *reply)
{
    reply->setConnection(connection);
    connection->carry(reply);
}

/// An idle connection that is of use, busy from now on.
PooledConnection *ConnectionPool::takeIdle(const PooledRequest &wanted)
{
    while (PooledConnection *connection = findIdle(wanted)) {
        if (connection->isUsable()) {
            ConnectionLane *lane = connection->place.lane;
            makeBusy(connection, lane->key == wanted.key ? lane : laneFor(wanted));
            return connection;
        }
        remove(connection);
    }
    return nullptr;
}

PooledConnection *ConnectionPool::findIdle(const PooledRequest &wanted) const
{
    if (m_idle.empty())
        return nullptr;
    const auto lane = m_lanes.find({wanted.origin, wanted.key});
    if (lane != m_lanes.end() && !lane->second.idle.empty())
        return lane->second.idle.back();
    if (m_options.scope == ConnectionScope::Account)
        return nullptr;
    const auto other = std::find_if(m_idle.rbegin(), m_idle.rend(), [&](const PooledConnection *connection) {
        return connection->origin() == wanted.origin;
    });
    return other == m_idle.rend() ? nullptr : *other;
}

ConnectionLane *ConnectionPool::laneFor(const PooledRequest &wanted)
{
    const auto [at, isNew] = m_lanes.try_emplace({wanted.origin, wanted.key});
    if (isNew) {
        at->second.origin = wanted.origin;
        at->second.key = wanted.key;
    }
    return &at->second;
}

/// From wherever it is to the busy ones of `lane`.
void ConnectionPool::makeBusy(PooledConnection *connection, ConnectionLane *lane)
{
    ConnectionPlace &place = connection->place;
    ConnectionLane *before = std::exchange(place.lane, lane);
    m_busy.splice(m_busy.end(), place.idle ? m_idle : m_busy, place.inPool);
    lane->busy.splice(lane->busy.end(), place.idle ? before->idle : before->busy, place.inLane);
    place.idle = false;
    dropIfEmpty(before);
}

void ConnectionPool::makeIdle(PooledConnection *connection)
{
    ConnectionPlace &place = connection->place;
    m_idle.splice(m_idle.end(), m_busy, place.inPool);
    place.lane->idle.splice(place.lane->idle.end(), place.lane->busy, place.inLane);
    place.idle = true;
    place.idleUntil = Clock::now() + connection->idleLimit();
    // A deadline that comes too early finds out: moving it with each request would cost more.
    const auto wake = m_deadlines.table().at(connection);
    if (!wake || *wake > place.idleUntil)
        m_deadlines.set(connection, place.idleUntil);
}

void ConnectionPool::idleTimeUp(PooledConnection *connection)
{
    if (Clock::now() < connection->place.idleUntil)
        m_deadlines.set(connection, connection->place.idleUntil);
    else
        remove(connection);
}

void ConnectionPool::release(PooledConnection *connection)
{
    const ConnectionPlace &place = connection->place;
    const bool blocksAnother = m_options.scope == ConnectionScope::Account && place.lane->busy.size() > 1;
    if (blocksAnother || connectionCount() > m_options.maxConnections) {
        remove(connection);
    } else if (m_queue.empty()) {
        makeIdle(connection);
    } else {
        const PooledRequest &next = m_queue.begin()->second->wanted();
        const bool fits = next.origin == connection->origin() &&
                          (m_options.scope == ConnectionScope::Any || next.key == place.lane->key);
        if (fits && connection->isUsable()) {
            makeBusy(connection, laneFor(next));
            give(connection, takeQueued());
        } else {
            remove(connection);
        }
    }
}

/// It may be on the stack: the event loop deletes it, or the pool's destructor, whichever comes first.
void ConnectionPool::remove(PooledConnection *connection)
{
    ConnectionPlace &place = connection->place;
    ConnectionLane *lane = std::exchange(place.lane, nullptr);
    if (!lane)
        return;
    m_deadlines.clear(connection);
    (place.idle ? m_idle : m_busy).erase(place.inPool);
    (place.idle ? lane->idle : lane->busy).erase(place.inLane);
    dropIfEmpty(lane);
    connection->shut();
    connection->deleteLater();
    serveQueue();
}

void ConnectionPool::dropIfEmpty(const ConnectionLane *lane)
{
    if (lane->idle.empty() && lane->busy.empty())
        m_lanes.erase({lane->origin, lane->key});
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
