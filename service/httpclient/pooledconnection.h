// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"
#include "service/http/streamsocket.h"
#include "service/httpclient/connectionposition.h"
#include "service/httpclient/pooledreply.h"

#include <chrono>
#include <memory>
#include <optional>

namespace holdline {

class TlsClient;

/// One kept-alive connection of a ConnectionPool. Sends one request at a time and never the same request
/// twice. An idle connection has a descriptor and no buffer.
///
/// Lifetime: open() connects and sends the first request. carry() sends each next request while the
/// connection is idle. The connection removes itself with ConnectionPool::remove() when the peer closes, the
/// response is invalid or a deadline passes. Only the pool deletes connections. The signals of a reply are
/// emitted in event handlers of the socket, as the last action there.
class PooledConnection final : public QObject, public Timed, private http::StreamSocket::User
{
    Q_OBJECT

public:
    PooledConnection(ConnectionPool &pool, const Origin &origin, QObject *parent);
    ~PooledConnection() override;

    void open(PooledReply *reply);
    void carry(PooledReply *reply);
    /// True when the idle connection can still be used. Asks the kernel, because the event loop may not have
    /// seen the peer's close yet. If the peer closes after this check, only the write shows it.
    bool isUsable() const { return !m_shut && m_ready && m_socket->hasNothingToRead(); }
    /// Closes the socket without a signal.
    void shut();
    /// Detaches the reply, which is being destroyed or no longer wants the response.
    void forgetReply() { m_reply = nullptr; }

    const Origin &origin() const { return m_origin; }
    /// True for a TLS connection that was made under rules that have been replaced.
    bool isOutdated() const;
    /// Returns how long the connection may stay idle after its last response: PoolOptions::idleTimeout, or
    /// less when the peer announced less.
    std::chrono::milliseconds idleLimit() const { return m_idleLimit; }

    void timeUp() override;

    /// True while a slot of a pooled socket runs in this thread. No pooled socket may be deleted then.
    static bool inSlot();

    ConnectionPosition position;  ///< used by the pool only

private:
    void onConnected(int descriptor);
    void onConnectFailed(const http::ConnectFailure &failure);
    void socketReadable() override;
    void socketSecured() override;
    void socketWritten() override;
    void socketFailed() override;
    void openTunnel();
    void readTunnel();
    void startTls();
    void beReady();
    void send();
    http::StreamSocket::Received readSome();
    void broken();
    void forward();
    void finishAnswer();
    void fail(const PoolFailure &failure);

    ConnectionPool &m_pool;
    const Origin m_origin;
    std::unique_ptr<http::Connector> m_connector;  ///< exists while connecting
    std::shared_ptr<TlsClient> m_tls;              ///< null without TLS; must outlive m_socket
    std::optional<http::StreamSocket> m_socket;    ///< exists once connected
    http::ResponseParser m_parser;
    PooledReply *m_reply = nullptr;
    std::chrono::milliseconds m_idleLimit{0};
    bool m_tunnelling = false;  ///< waits for a proxy's response to CONNECT
    bool m_ready = false;       ///< requests can be sent; with TLS after the handshake
    bool m_used = false;        ///< sent another request before the current one
    bool m_surplus = false;     ///< bytes arrived after the end of the response
    bool m_shut = false;
};

}  // namespace holdline
