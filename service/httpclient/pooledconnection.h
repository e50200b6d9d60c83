// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"
#include "service/http/streamsocket.h"
#include "service/httpclient/connectionplace.h"
#include "service/httpclient/pooledreply.h"

#include <chrono>
#include <memory>
#include <optional>

namespace holdline {

/// One kept-alive connection of a ConnectionPool: carries one request at a time, and never the same one
/// twice. While idle it keeps a descriptor and no buffer.
///
/// Life: open() with its first request; carry() with each next one while idle; ends itself through
/// ConnectionPool::remove() when the peer closes, the answer cannot be trusted or time is up. Deleted by the
/// pool only. Emits signals of its reply from slots of its socket, as the last thing it does there.
class PooledConnection final : public QObject, public Timed, private http::StreamSocket::User
{
    Q_OBJECT

public:
    PooledConnection(ConnectionPool &pool, const Origin &origin, QObject *parent);
    ~PooledConnection() override;

    void open(PooledReply *reply);
    void carry(PooledReply *reply);
    /// Asks the system whether the idle connection can still be used: the peer's close may have arrived and
    /// not been seen by the event loop yet. After this, nothing but the write itself can tell.
    bool isUsable() const { return !m_shut && m_socket && m_socket->isQuiet(); }
    /// Closes the socket without a word to anyone.
    void shut();
    /// The reply is gone or does not want the answer any more.
    void forgetReply() { m_reply = nullptr; }

    const Origin &origin() const { return m_origin; }
    /// How long it may stay unused, as the peer told with its last answer.
    std::chrono::milliseconds idleLimit() const { return m_idleLimit; }

    void timeUp() override;

    /// True while a slot of one of this thread's pooled sockets runs: none may be deleted right then.
    static bool inSlot();

    ConnectionPlace place;  ///< the pool's

private:
    void onConnected(int descriptor);
    void onConnectFailed(const http::ConnectFailure &failure);
    void socketReadable() override;
    void socketWritten() override;
    void socketFailed() override;
    void send();
    http::StreamSocket::Received readSome();
    void broken();
    void forward();
    void finishAnswer();
    void fail(const PoolFailure &failure);

    ConnectionPool &m_pool;
    const Origin m_origin;
    std::unique_ptr<http::Connector> m_connector;  ///< only while connecting
    std::optional<http::StreamSocket> m_socket;    ///< once connected
    http::ResponseParser m_parser;
    PooledReply *m_reply = nullptr;
    std::chrono::milliseconds m_idleLimit{0};
    bool m_used = false;     ///< carried a request before the one it has now
    bool m_surplus = false;  ///< bytes came that no request asked for
    bool m_shut = false;
};

}  // namespace holdline
