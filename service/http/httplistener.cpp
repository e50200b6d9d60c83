// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/httplistener.h"

#include "core/eventloop/deadlinetimer.h"
#include "service/http/httpconnection.h"
#include "service/http/listeningsocket.h"
#include "service/http/responsewriter.h"

#include <QDateTime>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <limits>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

/// Deadlines are rounded up to a multiple of 25 ms.
using WakeGrid = std::chrono::duration<std::int64_t, std::ratio<1, 40>>;

constexpr ConnectionId kListenerKey = 0;  // a key of m_deadlines; connection ids start at 1
constexpr std::chrono::milliseconds kStarvedPause{100};
constexpr int kMaxRefused = 256;  // connections that linger after a 503
constexpr Refusal kNoConnectionFree{Reason::Overloaded, "All connections are taken."_L1};

qintptr descriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::numeric_limits<qintptr>::max();
    return static_cast<qintptr>(limit.rlim_cur);
}

}  // namespace

class HttpListener::Private final : public ConnectionHost
{
public:
    Private(HttpListener &listener, const Limits &limits);
    ~Private() override;

    const Limits &limits() const override { return m_limits; }
    ByteBudget &memory() override { return *m_memory; }
    bool isReserved(const Request &request) const override
    {
        return !m_reservedPath.isEmpty() && request.path().startsWith(m_reservedPath);
    }
    bool isClosing() const override { return m_closing; }
    QByteArray date() override;
    QByteArray newRequestId() override;
    bool admitReserved(HttpConnection &connection, const Request &request) override;
    void received(HttpConnection &connection, const Request &request) override;
    void refused(int status) override { Q_EMIT m_listener.requestRefused(status); }
    void closableChanged(HttpConnection &connection, bool closable) override;
    void exchangeLost(HttpConnection &connection) override;
    void closed(HttpConnection &connection) override;
    /// Rounds up, so that thousands of deadlines a second share a few turns of the event loop.
    void wakeAt(ConnectionId connection, TimePoint at) override
    {
        m_deadlines.set(connection, TimePoint(std::chrono::ceil<WakeGrid>(at.time_since_epoch())));
    }
    void resumeSoon(ConnectionId connection) override;

    /// The connection of an open exchange, or null.
    HttpConnection *find(ExchangeId exchange) const;
    /// Like find(), but also ends the exchange because its response is being sent.
    HttpConnection *take(ExchangeId exchange);

    HttpListener &m_listener;
    Limits m_limits;
    ByteBudget m_ownMemory;  ///< without a limit
    ByteBudget *m_memory = &m_ownMemory;
    ListeningSocket m_socket;
    QByteArray m_reservedPath;
    qintptr m_descriptorLimit = std::numeric_limits<qintptr>::max();
    bool m_closing = false;
    std::unordered_map<ExchangeId, HttpConnection *> m_exchanges;
    std::unordered_map<ConnectionId, HttpConnection *> m_connections;
    using List = std::list<HttpConnection *>;
    List m_idle;  ///< regular connections that can be closed without loss

private:
    using Quota = HttpConnection::Quota;

    void accept(qintptr descriptor);
    Quota chooseQuota(qintptr descriptor);
    /// The kernel gives the lowest free number. So a high number means that few are left, also when other
    /// code uses many.
    bool isSpare(qintptr descriptor) const
    {
        return descriptor >= m_descriptorLimit - m_limits.spareDescriptors;
    }
    bool makeReservedRoom();
    void makeRegularRoom();
    bool hasRegularRoom() const;
    void expired(ConnectionId key);
    void resumePending();
    static void moveTo(HttpConnection &connection, List &list);

    ConnectionId m_lastConnection = 0;
    ExchangeId m_lastExchange = 0;
    qint64 m_dateSecond = -1;
    QByteArray m_date;
    QRandomGenerator m_random = QRandomGenerator::securelySeeded();
    DeadlineTimer<ConnectionId> m_deadlines;
    std::vector<ConnectionId> m_toResume;

    // Every connection is in exactly one list, oldest first: in m_idle or in one of these.
    List m_busy;
    List m_reserved;
    List m_refused;
};

HttpListener::Private::Private(HttpListener &listener, const Limits &limits)
    : m_listener(listener),
      m_limits(limits),
      m_socket([this](qintptr descriptor) { accept(descriptor); },
               [this] { m_deadlines.setIn(kListenerKey, kStarvedPause); }),
      m_deadlines([this](ConnectionId key) { expired(key); })
{
}

HttpListener::Private::~Private()
{
    for (const auto &[id, connection] : m_connections)
        delete connection;
}

QByteArray HttpListener::Private::date()
{
    const qint64 second = QDateTime::currentSecsSinceEpoch();
    if (second != m_dateSecond) {
        m_dateSecond = second;
        m_date = imfDate(second);
    }
    return m_date;
}

QByteArray HttpListener::Private::newRequestId()
{
    std::array<quint32, 4> bits{};
    m_random.fillRange(bits.data(), static_cast<qsizetype>(bits.size()));
    return QByteArray::fromRawData(reinterpret_cast<const char *>(bits.data()), sizeof bits).toHex();
}

// Quotas

bool HttpListener::Private::hasRegularRoom() const
{
    return m_busy.size() + m_idle.size() < static_cast<std::size_t>(m_limits.maxConnections);
}

void HttpListener::Private::makeRegularRoom()
{
    if (!hasRegularRoom() && !m_idle.empty())
        m_idle.front()->drop();
}

bool HttpListener::Private::makeReservedRoom()
{
    if (m_reservedPath.isEmpty() || m_limits.reservedConnections <= 0)
        return false;
    if (m_reserved.size() < static_cast<std::size_t>(m_limits.reservedConnections))
        return true;
    const auto waiting = std::find_if(m_reserved.begin(), m_reserved.end(),
                                      [](const HttpConnection *other) { return !other->isHandling(); });
    if (waiting == m_reserved.end())
        return false;
    HttpConnection *evicted = *waiting;
    evicted->setQuota(Quota::Refused);
    moveTo(*evicted, m_refused);
    evicted->refuseNow(kNoConnectionFree);
    return true;
}

HttpConnection::Quota HttpListener::Private::chooseQuota(qintptr descriptor)
{
    if (isSpare(descriptor))
        return Quota::Refused;
    makeRegularRoom();
    if (hasRegularRoom())
        return Quota::Regular;
    return makeReservedRoom() ? Quota::Reserved : Quota::Refused;
}

bool HttpListener::Private::admitReserved(HttpConnection &connection, const Request &request)
{
    makeRegularRoom();
    if (hasRegularRoom()) {
        connection.setQuota(Quota::Regular);
        moveTo(connection, m_busy);
        return true;
    }
    return isReserved(request);
}

void HttpListener::Private::closableChanged(HttpConnection &connection, bool closable)
{
    if (connection.quota() == Quota::Regular)
        moveTo(connection, closable ? m_idle : m_busy);
}

void HttpListener::Private::moveTo(HttpConnection &connection, List &list)
{
    auto &record = connection.hostRecord;
    list.splice(list.end(), *record.list, record.position);
    record.list = &list;
}

// Connections

void HttpListener::Private::accept(qintptr descriptor)
{
    const Quota quota = chooseQuota(descriptor);
    auto *connection = new HttpConnection(*this, ++m_lastConnection, quota, descriptor);
    List &list = quota == Quota::Regular ? m_busy : quota == Quota::Reserved ? m_reserved : m_refused;
    connection->hostRecord.list = &list;
    connection->hostRecord.position = list.insert(list.end(), connection);
    m_connections.emplace(connection->id(), connection);
    connection->start();
    if (quota == Quota::Refused)
        connection->refuseNow(kNoConnectionFree);
    // A refused connection lingers for a while, but not on the spare descriptors.
    const int room = isSpare(descriptor) ? std::max(1, m_limits.spareDescriptors / 4) : kMaxRefused;
    while (m_refused.size() > static_cast<std::size_t>(room))
        m_refused.front()->drop();
}

void HttpListener::Private::closed(HttpConnection &connection)
{
    const ConnectionId id = connection.id();
    connection.hostRecord.list->erase(connection.hostRecord.position);
    m_deadlines.clear(id);
    m_connections.erase(id);
    connection.deleteLater();
    if (m_socket.isStarved()) {
        m_deadlines.clear(kListenerKey);
        m_socket.retry();
    }
    Q_EMIT m_listener.connectionClosed(id);
}

void HttpListener::Private::expired(ConnectionId key)
{
    if (key == kListenerKey)
        return m_socket.retry();
    if (const auto found = m_connections.find(key); found != m_connections.end())
        found->second->wake(Clock::now());
}

void HttpListener::Private::resumeSoon(ConnectionId connection)
{
    if (m_toResume.empty())
        QMetaObject::invokeMethod(
            &m_listener, [this] { resumePending(); }, Qt::QueuedConnection);
    m_toResume.push_back(connection);
}

void HttpListener::Private::resumePending()
{
    for (const ConnectionId id : std::exchange(m_toResume, {})) {
        if (const auto found = m_connections.find(id); found != m_connections.end())
            found->second->resume();
    }
}

// Exchanges

void HttpListener::Private::received(HttpConnection &connection, const Request &request)
{
    const ExchangeId exchange = ++m_lastExchange;
    connection.hostRecord.exchange = exchange;
    m_exchanges.emplace(exchange, &connection);
    Q_EMIT m_listener.requestReceived(exchange, request);
}

void HttpListener::Private::exchangeLost(HttpConnection &connection)
{
    const ExchangeId exchange = std::exchange(connection.hostRecord.exchange, 0);
    if (m_exchanges.erase(exchange) > 0)
        Q_EMIT m_listener.exchangeAborted(exchange);
}

HttpConnection *HttpListener::Private::find(ExchangeId exchange) const
{
    const auto found = m_exchanges.find(exchange);
    return found == m_exchanges.end() ? nullptr : found->second;
}

HttpConnection *HttpListener::Private::take(ExchangeId exchange)
{
    HttpConnection *connection = find(exchange);
    if (connection) {
        connection->hostRecord.exchange = 0;
        m_exchanges.erase(exchange);
    }
    return connection;
}

HttpListener::HttpListener(const Limits &limits, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(*this, limits))
{
}

HttpListener::~HttpListener() = default;

bool HttpListener::listen(const QHostAddress &address, quint16 port)
{
    d->m_descriptorLimit = descriptorLimit();
    if (!d->m_socket.start(address, port, d->m_limits.backlog))
        return false;
    d->m_socket.setKeepAlive(d->m_limits.keepAlive);
    return true;
}

bool HttpListener::listenOn(qintptr descriptor)
{
    d->m_descriptorLimit = descriptorLimit();
    if (!d->m_socket.startOn(descriptor))
        return false;
    d->m_socket.setKeepAlive(d->m_limits.keepAlive);
    return true;
}

std::optional<qintptr> HttpListener::shareAddress()
{
    return d->m_socket.shareAddress();
}

bool HttpListener::listenBeside(qintptr shared)
{
    d->m_descriptorLimit = descriptorLimit();
    if (!d->m_socket.startBeside(shared, d->m_limits.backlog))
        return false;
    d->m_socket.setKeepAlive(d->m_limits.keepAlive);
    return true;
}

quint16 HttpListener::port() const
{
    return d->m_socket.serverPort();
}

QString HttpListener::errorString() const
{
    return d->m_socket.errorText();
}

void HttpListener::stopListening()
{
    d->m_socket.stop();
}

void HttpListener::closeIdle()
{
    d->m_closing = true;
    for (HttpConnection *connection : std::vector(d->m_idle.begin(), d->m_idle.end()))
        connection->leave();
}

void HttpListener::setReservedPath(const QByteArray &prefix)
{
    d->m_reservedPath = prefix;
}

void HttpListener::setMemory(ByteBudget &memory)
{
    d->m_memory = &memory;
}

void HttpListener::setLimits(const Limits &limits)
{
    d->m_limits = limits;
    d->m_socket.setKeepAlive(limits.keepAlive);
}

void HttpListener::respond(ExchangeId exchange, const Response &response)
{
    if (HttpConnection *connection = d->take(exchange))
        connection->answer(response);
}

bool HttpListener::beginStream(ExchangeId exchange, const Response &response)
{
    HttpConnection *connection = d->find(exchange);
    if (!connection)
        return false;
    if (connection->beginStream(response))
        return true;
    d->take(exchange);
    return false;
}

bool HttpListener::writeStream(ExchangeId exchange, QByteArrayView piece)
{
    HttpConnection *connection = d->find(exchange);
    return connection && connection->writeStream(piece);
}

void HttpListener::endStream(ExchangeId exchange)
{
    if (HttpConnection *connection = d->take(exchange))
        connection->endStream();
}

void HttpListener::respondRaw(ExchangeId exchange, const QByteArray &bytes)
{
    if (HttpConnection *connection = d->take(exchange))
        connection->answerRaw(bytes);
}

void HttpListener::reset(ExchangeId exchange)
{
    if (HttpConnection *connection = d->take(exchange))
        connection->reset();
}

ConnectionId HttpListener::connectionOf(ExchangeId exchange) const
{
    const HttpConnection *connection = d->find(exchange);
    return connection ? connection->id() : 0;
}

int HttpListener::connectionCount() const
{
    return static_cast<int>(d->m_connections.size());
}

int HttpListener::openExchanges() const
{
    return static_cast<int>(d->m_exchanges.size());
}

}  // namespace holdline::http
