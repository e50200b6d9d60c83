// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/pooledconnection.h"

#include "service/holdline/upstream/connectionpool.h"

#include <QNetworkProxy>

#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace holdline {

using namespace Qt::StringLiterals;
using http::ResponseParser;

namespace {

thread_local int slotDepth = 0;

struct SlotGuard
{
    SlotGuard() { ++slotDepth; }
    ~SlotGuard() { --slotDepth; }
    Q_DISABLE_COPY_MOVE(SlotGuard)
};

PoolFailure answerFailure(const ResponseParser &parser)
{
    using Error = ResponseParser::Error;
    const QString text = parser.errorText();
    switch (parser.error()) {
        case Error::NoAnswer:
            return {QNetworkReply::RemoteHostClosedError, text, "connection_terminated"};
        case Error::Incomplete:
            return {QNetworkReply::RemoteHostClosedError, text, "http_response_incomplete"};
        case Error::HeadTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_header_section_size"};
        case Error::BodyTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_body_size"};
        case Error::TrailerTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_trailer_section_size"};
        case Error::TransferCoding:
            return {QNetworkReply::ProtocolFailure, text, "http_response_transfer_coding"};
        default:
            return {QNetworkReply::ProtocolFailure, text, "http_protocol_error"};
    }
}

/// `Keep-Alive: timeout=5, max=100`: how long the peer says it waits; nothing when it does not.
std::optional<std::chrono::seconds> announcedIdle(const http::HeaderFields &headers)
{
    const QByteArray field = headers.value("Keep-Alive");
    for (const QByteArray &part : field.split(',')) {
        const QByteArray word = part.trimmed();
        if (!word.toLower().startsWith("timeout="))
            continue;
        bool ok = false;
        const int seconds = word.sliced(8).toInt(&ok);
        if (ok && seconds >= 0)
            return std::chrono::seconds(seconds);
    }
    return std::nullopt;
}

}  // namespace

PooledConnection::PooledConnection(ConnectionPool &pool, const Origin &origin, QObject *parent)
    : QObject(parent), m_pool(pool), m_origin(origin)
{
    m_socket.setProxy(QNetworkProxy::NoProxy);
    m_socket.setReadBufferSize(64 * 1024);
    ResponseParser::Limits limits;
    limits.maxBodyBytes = pool.options().maxAnswerBytes;
    limits.maxHeadBytes = pool.options().maxHeadBytes;
    m_parser.setLimits(limits);
    connect(&m_connector, &Connector::connected, this, &PooledConnection::onConnected);
    connect(&m_connector, &Connector::failed, this, &PooledConnection::onConnectFailed);
    connect(&m_socket, &QTcpSocket::readyRead, this, &PooledConnection::onReadyRead);
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &PooledConnection::onClosed);
    connect(&m_socket, &QTcpSocket::disconnected, this, &PooledConnection::onClosed);
    connect(&m_socket, &QTcpSocket::bytesWritten, this, [this] {
        if (m_reply)
            m_reply->setSent();
    });
}

PooledConnection::~PooledConnection()
{
    shut();
}

bool PooledConnection::inSlot()
{
    return slotDepth > 0;
}

void PooledConnection::open(PooledReply *reply)
{
    m_reply = reply;
    m_pool.setDeadline(this, m_pool.options().connectTimeout);
    m_connector.start(m_origin);
}

void PooledConnection::carry(PooledReply *reply)
{
    m_reply = reply;
    m_used = true;
    send();
}

bool PooledConnection::isUsable() const
{
    if (m_shut || m_socket.state() != QAbstractSocket::ConnectedState || m_socket.bytesAvailable() > 0)
        return false;
    char byte = 0;
    const auto got = ::recv(static_cast<int>(m_socket.socketDescriptor()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void PooledConnection::shut()
{
    if (std::exchange(m_shut, true))
        return;
    m_reply = nullptr;
    m_connector.stop();
    m_socket.disconnect(this);
    m_socket.abort();
}

void PooledConnection::timeUp()
{
    if (place.idle)
        m_pool.remove(this);
    else if (!m_connected)
        fail({QNetworkReply::TimeoutError, u"No connection within the time limit"_s, "connection_timeout"});
}

void PooledConnection::onConnected(int descriptor)
{
    const SlotGuard guard;
    m_connected = true;
    m_pool.clearDeadline(this);
    if (!m_socket.setSocketDescriptor(descriptor)) {
        ::close(descriptor);
        fail({QNetworkReply::UnknownNetworkError, m_socket.errorString(), "proxy_internal_error"});
        return;
    }
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    send();
}

void PooledConnection::onConnectFailed(const PoolFailure &failure)
{
    const SlotGuard guard;
    fail(failure);
}

/// One buffer, one write. What the system takes is reported by bytesWritten(), also from within flush().
void PooledConnection::send()
{
    m_parser.begin(m_reply->wanted().method);
    m_sending = true;
    m_socket.write(m_reply->wanted().bytes);
    m_socket.flush();
    m_sending = false;
}

void PooledConnection::onReadyRead()
{
    const SlotGuard guard;
    if (!m_reply) {
        // Nobody asked for these bytes: whatever they are, they must not become the answer to the next
        // request.
        m_pool.remove(this);
        return;
    }
    readAll();
    forward();
}

/// The peer closed, or the connection broke.
void PooledConnection::onClosed()
{
    const SlotGuard guard;
    if (m_shut)
        return;
    if (!m_reply) {
        m_pool.remove(this);
        return;
    }
    if (m_sending) {
        fail({QNetworkReply::RemoteHostClosedError, m_socket.errorString(), "connection_terminated"});
        return;
    }
    readAll();
    if (m_socket.error() == QAbstractSocket::RemoteHostClosedError) {
        m_parser.finish();
    } else if (!m_parser.isOver()) {
        fail({QNetworkReply::UnknownNetworkError, m_socket.errorString(), "connection_terminated"});
        return;
    }
    forward();
}

void PooledConnection::readAll()
{
    std::array<char, 16 * 1024> buffer;
    while (!m_parser.isOver()) {
        const qint64 count = m_socket.read(buffer.data(), buffer.size());
        if (count <= 0)
            return;
        m_surplus = m_parser.feed(QByteArrayView(buffer.data(), count)) < count;
    }
}

/// Hands over what was read. `this` is not touched once the reply emits signals.
void PooledConnection::forward()
{
    PooledReply *reply = m_reply;
    if (m_parser.headComplete() && !reply->hasHead())
        reply->takeHead(m_parser);
    reply->takeBody(m_parser.takeBody());
    switch (m_parser.state()) {
        case ResponseParser::State::Complete:
            finishAnswer();
            return;
        case ResponseParser::State::Failed:
            fail(answerFailure(m_parser));
            return;
        case ResponseParser::State::Head:
        case ResponseParser::State::Body:
            reply->announce();
            return;
    }
}

/// The connection goes back to the pool first, so that a request made in a slot of finished() finds it.
void PooledConnection::finishAnswer()
{
    PooledReply *reply = std::exchange(m_reply, nullptr);
    reply->setConnection(nullptr);
    m_idleLimit = m_pool.options().idleTimeout;
    if (const auto announced = announcedIdle(m_parser.headers()))
        m_idleLimit = std::min<std::chrono::milliseconds>(m_idleLimit, *announced - std::chrono::seconds(1));
    const bool surplus = m_surplus || m_socket.bytesAvailable() > 0;
    // An answer that came before all of the request was taken leaves the two out of step.
    const bool inStep = m_socket.bytesToWrite() == 0 && m_socket.state() == QAbstractSocket::ConnectedState;
    if (m_parser.keepAlive() && !surplus && inStep && m_idleLimit > std::chrono::milliseconds(0))
        m_pool.release(this);
    else
        m_pool.remove(this);
    reply->succeed();
}

void PooledConnection::fail(const PoolFailure &failure)
{
    PooledReply *reply = std::exchange(m_reply, nullptr);
    if (reply)
        reply->setConnection(nullptr);
    const bool again = reply && m_used && reply->takeSecondChance();
    ConnectionPool &pool = m_pool;
    pool.remove(this);
    if (again)
        pool.resubmit(reply);
    else if (reply)
        reply->failLater(failure);
}

}  // namespace holdline
