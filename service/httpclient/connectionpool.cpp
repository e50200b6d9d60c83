// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/connectionpool.h"

#include "core/telemetry/logging.h"
#include "service/httpclient/tlsclient.h"

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
        return;  // m_owner deletes the connections
    // An event handler of a socket is on the stack, e.g. because a slot of finished() destroys the manager.
    // So the connections are deleted later.
    const QObjectList connections = m_owner->children();
    for (QObject *connection : connections) {
        connection->setParent(nullptr);
        connection->deleteLater();
    }
}

void ConnectionPool::setOptions(const PoolOptions &options)
{
    m_options = options;
    reloadTls();
    while (connectionCount() > m_options.maxConnections && !m_idle.empty())
        remove(m_idle.front());
    serveQueue();
}

const std::shared_ptr<TlsClient> &ConnectionPool::tls()
{
    if (m_tls)
        return m_tls;
    auto made = TlsClient::make(m_options.tls);
    if (auto *client = std::get_if<std::shared_ptr<TlsClient>>(&made))
        m_tls = std::move(*client);
    else
        m_tlsError = std::get<QString>(made);
    return m_tls;
}

void ConnectionPool::reloadTls()
{
    if (!m_tls)
        return;
    auto made = TlsClient::make(m_options.tls);
    if (const QString *error = std::get_if<QString>(&made)) {
        qCWarning(lcUpstream).noquote() << "the rules for TLS stay as they were:" << *error;
        return;
    }
    m_tls = std::move(std::get<std::shared_ptr<TlsClient>>(made));
    const ConnectionList idle = m_idle;
    for (PooledConnection *connection : idle) {
        if (connection->isOutdated())
            remove(connection);
    }
}

void ConnectionPool::submit(PooledReply *reply, std::chrono::milliseconds timeout)
{
    reply->setPoolPosition(m_replies.insert(m_replies.end(), reply));
    if (timeout > std::chrono::milliseconds(0))
        m_deadlines.setIn(reply, timeout);
    assign(reply);
}

void ConnectionPool::assign(PooledReply *reply)
{
    if (PooledConnection *connection = takeIdle(reply->wanted())) {
        give(connection, reply);
        return;
    }
    if (isFull() && !m_idle.empty())
        makeRoom(m_idle.front());
    if (!isFull()) {
        openFor(reply);
    } else if (queuedCount() < m_options.maxQueued) {
        reply->setQueuePosition(++m_lastPlace);
        m_queue.emplace(m_lastPlace, reply);
    } else {
        reply->failLater({QNetworkReply::TemporaryNetworkFailureError,
                          u"Too many requests are waiting for a connection"_s, "connection_limit_reached"});
    }
}

void ConnectionPool::forget(PooledReply *reply)
{
    m_deadlines.clear(reply);
    if (const auto position = reply->takePoolPosition())
        m_replies.erase(*position);
    if (reply->queuePosition() != 0)
        m_queue.erase(reply->queuePosition());
    if (PooledConnection *connection = reply->connection()) {
        reply->setConnection(nullptr);
        connection->forgetReply();
        remove(connection);
    }
}

void ConnectionPool::openFor(PooledReply *reply)
{
    auto *connection = new PooledConnection(*this, reply->wanted().origin, m_owner.get());
    ConnectionPosition &position = connection->position;
    position.lane = laneFor(reply->wanted());
    position.inPool = m_busy.insert(m_busy.end(), connection);
    position.inLane = position.lane->busy.insert(position.lane->busy.end(), connection);
    reply->setConnection(connection);
    connection->open(reply);
}

void ConnectionPool::give(PooledConnection *connection, PooledReply *reply)
{
    reply->setConnection(connection);
    connection->carry(reply);
}

/// Takes a usable idle connection and makes it busy. Returns null when there is none.
PooledConnection *ConnectionPool::takeIdle(const PooledRequest &wanted)
{
    while (PooledConnection *connection = findIdle(wanted)) {
        if (connection->isUsable()) {
            ConnectionLane *lane = connection->position.lane;
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

/// Moves a connection from its list to the busy list of `lane`.
void ConnectionPool::makeBusy(PooledConnection *connection, ConnectionLane *lane)
{
    ConnectionPosition &position = connection->position;
    ConnectionLane *before = std::exchange(position.lane, lane);
    m_busy.splice(m_busy.end(), position.idle ? m_idle : m_busy, position.inPool);
    lane->busy.splice(lane->busy.end(), position.idle ? before->idle : before->busy, position.inLane);
    position.idle = false;
    dropIfEmpty(before);
}

void ConnectionPool::makeIdle(PooledConnection *connection)
{
    ConnectionPosition &position = connection->position;
    m_idle.splice(m_idle.end(), m_busy, position.inPool);
    position.lane->idle.splice(position.lane->idle.end(), position.lane->busy, position.inLane);
    position.idle = true;
    position.idleUntil = Clock::now() + connection->idleLimit();
    // Moving the deadline with each request would cost more than a wake-up that comes too early.
    const auto wake = m_deadlines.table().at(connection);
    if (!wake || *wake > position.idleUntil)
        m_deadlines.set(connection, position.idleUntil);
}

void ConnectionPool::idleTimeUp(PooledConnection *connection)
{
    if (Clock::now() < connection->position.idleUntil)
        m_deadlines.set(connection, connection->position.idleUntil);
    else
        remove(connection);
}

void ConnectionPool::release(PooledConnection *connection)
{
    const ConnectionPosition &position = connection->position;
    const bool blocksAnother = m_options.scope == ConnectionScope::Account && position.lane->busy.size() > 1;
    if (blocksAnother || connectionCount() > m_options.maxConnections) {
        remove(connection);
    } else if (m_queue.empty()) {
        makeIdle(connection);
    } else {
        const PooledRequest &next = m_queue.begin()->second->wanted();
        const bool fits = next.origin == connection->origin() &&
                          (m_options.scope == ConnectionScope::Any || next.key == position.lane->key);
        if (fits && connection->isUsable()) {
            makeBusy(connection, laneFor(next));
            give(connection, takeQueued());
        } else {
            makeRoom(connection);
        }
    }
}

/// Closes a connection that the next request cannot use. Logs a warning when this happens often.
void ConnectionPool::makeRoom(PooledConnection *connection)
{
    if (m_options.scope == ConnectionScope::Account && m_churn.closed(Clock::now())) {
        qCWarning(lcUpstream).noquote()
            << u"connections to the upstream churn: within a minute, %1 were closed only to make room for "
               "other accounts. Raise upstream.connections (%2 in this thread), or set "
               "upstream.connection_scope to any if the upstream allows it."_s.arg(ChurnWatch::kMany)
                   .arg(m_options.maxConnections);
    }
    remove(connection);
}

/// The connection may be on the stack. So it is deleted later, by the event loop or the pool's destructor.
void ConnectionPool::remove(PooledConnection *connection)
{
    ConnectionPosition &position = connection->position;
    ConnectionLane *lane = std::exchange(position.lane, nullptr);
    if (!lane)
        return;
    m_deadlines.clear(connection);
    (position.idle ? m_idle : m_busy).erase(position.inPool);
    (position.idle ? lane->idle : lane->busy).erase(position.inLane);
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
    reply->setQueuePosition(0);
    return reply;
}

void ConnectionPool::serveQueue()
{
    // A connection that fails at once calls this function again. The loop below then continues instead of
    // nesting.
    if (std::exchange(m_servingQueue, true))
        return;
    while (!m_queue.empty() && !isFull())
        openFor(takeQueued());
    m_servingQueue = false;
}

}  // namespace holdline
