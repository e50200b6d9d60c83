// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/pooledconnection.h"

#include "service/http/keepalive.h"
#include "service/httpclient/connectionpool.h"
#include "service/httpclient/tlsclient.h"
#include "service/httpclient/tunnel.h"

#include <array>

namespace holdline {

using namespace Qt::StringLiterals;
using http::ResponseParser;
using http::StreamSocket;

namespace {

thread_local int slotDepth = 0;

struct SlotGuard
{
    SlotGuard() { ++slotDepth; }
    ~SlotGuard() { --slotDepth; }
    Q_DISABLE_COPY_MOVE(SlotGuard)
};

/// Returns the idle time that the peer announces with `Keep-Alive: timeout=5, max=100`. Empty without that
/// field.
std::optional<std::chrono::seconds> announcedIdle(const http::HeaderFields &headers)
{
    const QByteArray field = headers.value("Keep-Alive");
    if (field.isEmpty())
        return std::nullopt;
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
    ResponseParser::Limits limits;
    limits.maxBodyBytes = pool.options().maxAnswerBytes;
    limits.maxHeadBytes = pool.options().maxHeadBytes;
    m_parser.setLimits(limits);
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
    m_connector = std::make_unique<http::Connector>();
    m_connector->setMemory(m_pool.addressMemory());
    connect(m_connector.get(), &http::Connector::connected, this, &PooledConnection::onConnected);
    connect(m_connector.get(), &http::Connector::failed, this, &PooledConnection::onConnectFailed);
    const Origin &proxy = m_pool.options().proxy;
    m_tunnelling = m_origin.tls && !proxy.host.isEmpty();
    const Origin &next = m_tunnelling ? proxy : m_origin;
    m_connector->start(next.host, next.port);
}

void PooledConnection::carry(PooledReply *reply)
{
    m_reply = reply;
    m_used = true;
    send();
}

void PooledConnection::shut()
{
    if (std::exchange(m_shut, true))
        return;
    m_reply = nullptr;
    if (m_connector)
        m_connector->stop();
    if (m_socket)
        m_socket->close();
}

void PooledConnection::timeUp()
{
    if (position.idle)
        m_pool.idleTimeUp(this);
    else if (!m_ready)
        fail({QNetworkReply::TimeoutError,
              m_tunnelling ? u"No tunnel through the proxy within the time limit"_s
              : m_socket   ? u"No TLS handshake within the time limit"_s
                           : u"No connection within the time limit"_s,
              "connection_timeout"});
}

bool PooledConnection::isOutdated() const
{
    return m_tls && m_tls != m_pool.tls();
}

void PooledConnection::onConnected(int descriptor)
{
    const SlotGuard guard;
    m_connector.release()->deleteLater();  // the connector is emitting the signal that runs this slot
    if (const auto silence = m_pool.options().keepAlive; silence.count() > 0)
        http::setKeepAlive(descriptor, silence);
    m_socket.emplace(static_cast<StreamSocket::User &>(*this), descriptor);
    if (m_tunnelling)
        openTunnel();
    else if (m_origin.tls)
        startTls();
    else
        beReady();
}

void PooledConnection::openTunnel()
{
    m_parser.begin(ResponseParser::Method::Connect);
    if (!m_socket->write(connectRequest(m_origin)))
        broken();
}

/// Reads the proxy's response to CONNECT. A TLS server sends nothing before the client does, so no byte may
/// follow that response.
void PooledConnection::readTunnel()
{
    if (readSome() == StreamSocket::Received::Failed) {
        broken();
        return;
    }
    if (const auto failure = tunnelFailure(m_parser)) {
        fail(*failure);
    } else if (m_surplus) {
        fail({QNetworkReply::ProtocolFailure, u"the proxy sent bytes behind its answer"_s,
              "http_protocol_error"});
    } else if (m_parser.state() == ResponseParser::State::Complete) {
        m_tunnelling = false;
        m_parser.begin();
        startTls();
    }
}

void PooledConnection::startTls()
{
    m_tls = m_pool.tls();
    if (auto stream = m_tls ? m_tls->open(m_origin, m_socket->descriptor()) : nullptr)
        m_socket->startTls(std::move(stream));
    else
        fail({QNetworkReply::SslHandshakeFailedError, u"TLS cannot be used: "_s + m_pool.tlsError(),
              "proxy_configuration_error"});
}

void PooledConnection::socketSecured()
{
    const SlotGuard guard;
    if (!m_shut && m_reply)
        beReady();
}

void PooledConnection::beReady()
{
    m_ready = true;
    m_pool.clearDeadline(this);
    send();
}

void PooledConnection::onConnectFailed(const http::ConnectFailure &failure)
{
    const SlotGuard guard;
    PoolFailure described = failureOf(failure);
    if (m_tunnelling)
        described.text.prepend(u"the proxy: "_s);
    fail(described);
}

/// Sends the request of m_reply with one write.
void PooledConnection::send()
{
    m_parser.begin(m_reply->wanted().method);
    m_surplus = false;
    const QByteArray &bytes = m_reply->wanted().bytes;
    bool begun = false;
    if (!m_socket->write(bytes, &begun))
        fail({QNetworkReply::RemoteHostClosedError, m_socket->errorString(), "connection_terminated"});
    else if (begun)
        m_reply->markSent();
}

void PooledConnection::socketWritten()
{
    if (m_reply && m_ready)
        m_reply->markSent();
}

void PooledConnection::socketReadable()
{
    const SlotGuard guard;
    if (m_shut)
        return;
    if (!m_reply) {
        // The peer closed, or sent bytes without a request. Such bytes must not become the response to the
        // next request. TLS session tickets are allowed.
        if (!m_tls || !m_socket->hasNothingToRead())
            m_pool.remove(this);
        return;
    }
    if (m_tunnelling)
        readTunnel();
    else if (readSome() == StreamSocket::Received::Failed)
        broken();
    else
        forward();
}

/// Handles a failed write or a broken connection. Reads a response that may have arrived before.
void PooledConnection::socketFailed()
{
    const SlotGuard guard;
    if (m_shut || !m_reply)
        return;
    while (m_ready && !m_parser.isOver() && readSome() == StreamSocket::Received::Bytes) {
    }
    broken();
}

/// Reads once and passes the bytes or the FIN to the parser. When more is available, the event loop calls
/// again, so that one connection does not delay the others.
StreamSocket::Received PooledConnection::readSome()
{
    static thread_local std::array<char, 64 * 1024> buffer;
    qsizetype count = 0;
    const auto received = m_socket->receive(buffer, count);
    if (received == StreamSocket::Received::Bytes)
        m_surplus = m_parser.feed(QByteArrayView(buffer.data(), count)) < count;
    else if (received == StreamSocket::Received::Finished)
        m_parser.finish();
    return received;
}

/// Handles a connection that ended without a FIN. A response without a declared length is then incomplete.
void PooledConnection::broken()
{
    if (m_tunnelling) {
        fail({QNetworkReply::RemoteHostClosedError, u"the proxy: "_s + m_socket->errorString(),
              "connection_terminated"});
        return;
    }
    if (m_parser.isOver()) {
        forward();
        return;
    }
    if (const http::TlsFailure *why = m_socket->tlsFailure(); why && !m_parser.started()) {
        // With TLS 1.3 a server may refuse the handshake after this side has finished it. The server has then
        // passed no request on.
        const bool refused =
            !m_used && why->error == http::TlsError::Alert && http::refusesHandshake(why->alert);
        if (refused)
            m_reply->markNotSent();
        if (refused || !m_ready)
            m_tls->forgetSession(m_origin);
        fail(failureOf(*why));
        return;
    }
    fail({QNetworkReply::RemoteHostClosedError, m_socket->errorString(),
          m_parser.started() ? "http_response_incomplete" : "connection_terminated"});
}

/// Passes the parsed bytes to the reply. Does not touch `this` after the reply emits a signal.
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
            fail(failureOf(m_parser));
            return;
        case ResponseParser::State::Head:
        case ResponseParser::State::Body:
            reply->announce();
            return;
    }
}

/// Returns the connection to the pool first, so that a request made in a slot of finished() can use it.
void PooledConnection::finishAnswer()
{
    PooledReply *reply = std::exchange(m_reply, nullptr);
    reply->setConnection(nullptr);
    m_idleLimit = m_pool.options().idleTimeout;
    if (const auto announced = announcedIdle(m_parser.headers()))
        m_idleLimit = std::min<std::chrono::milliseconds>(m_idleLimit, *announced - std::chrono::seconds(1));
    // When a response arrives before its whole request was sent, the connection cannot be reused.
    const bool requestWasSent = !m_surplus && m_socket->bytesToWrite() == 0;
    const bool reusable =
        m_parser.keepAlive() && requestWasSent && !isOutdated() && m_idleLimit > std::chrono::milliseconds(0);
    m_parser.begin();  // frees the parser's memory
    if (reusable)
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
    const bool again = reply && m_used && reply->takeRetry();
    ConnectionPool &pool = m_pool;
    pool.remove(this);
    if (again)
        pool.resubmit(reply);
    else if (reply)
        reply->failLater(failure);
}

}  // namespace holdline
