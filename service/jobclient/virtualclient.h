// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"
#include "service/http/streamsocket.h"
#include "service/jobclient/jobreply.h"

#include <QHostAddress>
#include <QList>
#include <QObject>

#include <cstdint>
#include <memory>

namespace holdline {

/// The target of all requests. Shared by all clients of a run, and must outlive them.
struct Target
{
    QList<QHostAddress> addresses;  ///< tried in this order
    quint16 port = 80;
    /// "POST /start HTTP/1.1\r\nHost: …\r\n…" up to and with "Content-Length: ".
    QByteArray head;
};

/// One client with one connection. Sends a request, waits for the answer, and keeps the connection open when
/// the server does. Opens the connection when needed, and again after it was lost. Never repeats a request:
/// when a kept connection breaks during a request, the request fails.
///
/// For use in one thread. The destructor closes the connection without emitting a signal.
class VirtualClient : public QObject, private http::StreamSocket::User
{
    Q_OBJECT

public:
    explicit VirtualClient(const Target &target, QObject *parent = nullptr);
    ~VirtualClient() override;

    /// Sends a request. The previous request must have finished. Emits finished() exactly once, never inside
    /// send(). `idempotencyKey` is sent in quotes; its characters must be allowed there.
    void send(const QByteArray &body, const QByteArray &idempotencyKey = {});
    /// Ends the current request with this failure and closes the connection. Emits finished() inside the
    /// call.
    void giveUp(Failure failure);

    /// The number of connections established so far.
    int connections() const { return m_connections; }

Q_SIGNALS:
    void finished(const holdline::JobReply &reply);

private:
    void onConnected(int descriptor);
    void onConnectFailed(const http::ConnectFailure &failure);
    void socketReadable() override;
    void socketFailed() override { ended(); }
    void ended();
    void write();
    void disconnectSocket();
    void answered() { finish(judgeAnswer(m_parser.status(), m_parser.takeBody())); }
    void failSoon(Failure failure);
    void finish(const JobReply &reply);

    const Target &m_target;
    http::Connector m_connector;
    std::unique_ptr<http::StreamSocket> m_socket;  ///< set while connected
    std::unique_ptr<http::StreamSocket>
        m_retired;  ///< the previous socket, closed; one of its functions may still be on the stack
    http::ResponseParser m_parser;
    QByteArray m_request;
    int m_connections = 0;
    std::uint64_t m_number = 0;  ///< number of the current request
    bool m_busy = false;
};

}  // namespace holdline
