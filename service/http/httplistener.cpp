// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/httplistener.h"

#include "core/eventloop/deadlinetimer.h"
#include "service/http/connectionquotas.h"
#include "service/http/httpconnection.h"
#include "service/http/listeningsocket.h"
#include "service/http/responsewriter.h"

#include <QDateTime>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdline::http {

namespace {

/// Deadlines are rounded up to a multiple of 25 ms.
using WakeGrid = std::chrono::duration<std::int64_t, std::ratio<1, 40>>;

constexpr ConnectionId kListenerKey = 0;  // the listener's own key in m_deadlines; connection ids start at 1
/// How long accepting pauses after accept(2) failed.
constexpr std::chrono::milliseconds kStarvedPause{100};

}  // namespace

class HttpListener::Private final : public ConnectionHost
{
public:
    Private(HttpListener &listener, const Limits &limits);
    ~Private() override;

    const Limits &limits() const override { return m_limits; }
    ByteBudget &memory() override { return *m_memory; }
    bool isReserved(const Request &request) const override { return m_quotas.isReserved(request); }
    bool isClosing() const override { return m_closing; }
    QByteArray date() override;
    QByteArray newRequestId() override;
    bool admitReserved(HttpConnection &connection, const Request &request) override
    {
        return m_quotas.admitReserved(connection, request);
    }
    void received(HttpConnection &connection, const Request &request) override;
    void amendRefusal(const Request &request, Response &response) override
    {
        if (m_amendRefusal)
            m_amendRefusal(request, response);
    }
    void refused(int status) override { Q_EMIT m_listener.requestRefused(status); }
    void closableChanged(HttpConnection &connection, bool closable) override
    {
        m_quotas.setClosable(connection, closable);
    }
    void lingers(HttpConnection &connection) override;
    TurnAllowance &allowance() override { return m_allowance; }
    void exchangeLost(HttpConnection &connection) override;
    void closed(HttpConnection &connection) override;
    /// Rounds up, so that thousands of deadlines a second share a few turns of the event loop.
    void wakeAt(ConnectionId connection, TimePoint at) override
    {
        m_deadlines.set(connection, TimePoint(std::chrono::ceil<WakeGrid>(at.time_since_epoch())));
    }
    void resumeSoon(ConnectionId connection) override;

    /// Makes a listening socket and adds it when `start` succeeds with it. Returns the result of `start`.
    bool add(const std::function<bool(ListeningSocket &)> &start);
    void retryStarved();
    void setKeepAlive();
    /// The connection of an open exchange, or null.
    HttpConnection *find(ExchangeId exchange) const;
    /// Like find(), but also ends the exchange because its response is being sent.
    HttpConnection *take(ExchangeId exchange);

    HttpListener &m_listener;
    Limits m_limits;
    std::function<void(const Request &, Response &)> m_amendRefusal;
    ByteBudget m_ownMemory;  ///< without a limit
    ByteBudget *m_memory = &m_ownMemory;
    std::vector<std::unique_ptr<ListeningSocket>> m_sockets;
    QString m_error;
    ConnectionQuotas m_quotas;
    TurnAllowance m_allowance;
    bool m_closing = false;
    std::unordered_map<ExchangeId, HttpConnection *> m_exchanges;
    std::unordered_map<ConnectionId, HttpConnection *> m_connections;

private:
    void accept(qintptr descriptor);
    void expired(ConnectionId key);
    void resumePending();

    ConnectionId m_lastConnection = 0;
    ExchangeId m_lastExchange = 0;
    qint64 m_dateSecond = -1;
    QByteArray m_date;
    QRandomGenerator m_random = QRandomGenerator::securelySeeded();
    DeadlineTimer<ConnectionId> m_deadlines;
    std::vector<ConnectionId> m_toResume;
    bool m_isDropping = false;  ///< a call that closes lingering connections is queued
};

HttpListener::Private::Private(HttpListener &listener, const Limits &limits)
    : m_listener(listener),
      m_limits(limits),
      m_quotas(m_limits),
      m_allowance(m_limits),
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

// Connections

bool HttpListener::Private::add(const std::function<bool(ListeningSocket &)> &start)
{
    auto socket =
        std::make_unique<ListeningSocket>([this](qintptr descriptor) { accept(descriptor); },
                                          [this] { m_deadlines.setIn(kListenerKey, kStarvedPause); });
    if (!start(*socket)) {
        m_error = socket->errorText();
        return false;
    }
    m_quotas.readDescriptorLimit();
    socket->setKeepAlive(m_limits.keepAlive);
    m_sockets.push_back(std::move(socket));
    return true;
}

void HttpListener::Private::retryStarved()
{
    for (const auto &socket : m_sockets) {
        if (socket->isStarved())
            socket->retry();
    }
}

void HttpListener::Private::setKeepAlive()
{
    for (const auto &socket : m_sockets)
        socket->setKeepAlive(m_limits.keepAlive);
}

void HttpListener::Private::accept(qintptr descriptor)
{
    auto *connection = new HttpConnection(*this, ++m_lastConnection, m_quotas.choose(descriptor), descriptor);
    m_quotas.add(*connection);
    m_connections.emplace(connection->id(), connection);
    connection->start();
    if (connection->quota() == HttpConnection::Quota::Refused)
        connection->refuseNow(HttpConnection::kNoConnectionFree);
    m_quotas.dropRefused(descriptor);
}

void HttpListener::Private::closed(HttpConnection &connection)
{
    const ConnectionId id = connection.id();
    m_quotas.remove(connection);
    m_deadlines.clear(id);
    m_connections.erase(id);
    connection.deleteLater();
    retryStarved();
    Q_EMIT m_listener.connectionClosed(id);
}

void HttpListener::Private::lingers(HttpConnection &connection)
{
    // Lingering connections are closed later, not inside this call, because closing emits a signal.
    if (!m_quotas.addLingering(connection) || std::exchange(m_isDropping, true))
        return;
    QMetaObject::invokeMethod(
        &m_listener,
        [this] {
            m_isDropping = false;
            m_quotas.dropRefused();
        },
        Qt::QueuedConnection);
}

void HttpListener::Private::expired(ConnectionId key)
{
    if (key == kListenerKey)
        return retryStarved();
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
    return d->add([&](ListeningSocket &socket) { return socket.start(address, port, d->m_limits.backlog); });
}

bool HttpListener::listenOn(qintptr descriptor)
{
    return d->add([descriptor](ListeningSocket &socket) { return socket.startOn(descriptor); });
}

std::optional<std::vector<qintptr>> HttpListener::shareAddresses()
{
    std::vector<qintptr> shared;
    for (const auto &socket : d->m_sockets) {
        const auto descriptor = socket->shareAddress();
        if (!descriptor) {
            d->m_error = socket->errorText();
            return std::nullopt;
        }
        shared.push_back(*descriptor);
    }
    return shared;
}

bool HttpListener::listenBeside(const std::vector<qintptr> &shared)
{
    return std::all_of(shared.begin(), shared.end(), [this](qintptr one) {
        return d->add(
            [this, one](ListeningSocket &socket) { return socket.startBeside(one, d->m_limits.backlog); });
    });
}

quint16 HttpListener::port() const
{
    return d->m_sockets.empty() ? quint16(0) : d->m_sockets.front()->serverPort();
}

std::vector<quint16> HttpListener::ports() const
{
    std::vector<quint16> all;
    for (const auto &socket : d->m_sockets)
        all.push_back(socket->serverPort());
    return all;
}

QString HttpListener::errorString() const
{
    return d->m_error;
}

void HttpListener::stopListening()
{
    for (const auto &socket : d->m_sockets)
        socket->stop();
}

void HttpListener::closeIdle()
{
    d->m_closing = true;
    for (HttpConnection *connection : d->m_quotas.idle())
        connection->leave();
}

void HttpListener::setReserved(std::function<bool(QByteArrayView path)> mayUse)
{
    d->m_quotas.setReserved(std::move(mayUse));
}

void HttpListener::setRefusals(std::function<void(const Request &request, Response &response)> amend)
{
    d->m_amendRefusal = std::move(amend);
}

void HttpListener::setMemory(ByteBudget &memory)
{
    d->m_memory = &memory;
}

void HttpListener::setLimits(const Limits &limits)
{
    d->m_limits = limits;
    d->setKeepAlive();
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

void HttpListener::endStream(ExchangeId exchange, QByteArrayView last)
{
    if (HttpConnection *connection = d->take(exchange))
        connection->endStream(last);
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
