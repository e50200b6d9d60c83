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

/// Where requests go. Shared by all clients of a run and outlives them.
struct Target
{
    QList<QHostAddress> addresses;  ///< tried in this order
    quint16 port = 80;
    /// "POST /start HTTP/1.1\r\nHost: …\r\n…" up to and with "Content-Length: ".
    QByteArray head;
};

/// One client with one connection of its own: sends a request, waits for the answer, and keeps the connection
/// for the next one when the server does. Opens it when it is needed, again when it was lost. A request is
/// sent once: when a kept connection breaks under it, that is the answer.
///
/// Lives in one thread. Destroying it closes the connection without a signal.
class VirtualClient : public QObject, private http::StreamSocket::User
{
    Q_OBJECT

public:
    explicit VirtualClient(const Target &target, QObject *parent = nullptr);
    ~VirtualClient() override;

    /// Only when not busy. Exactly one finished() follows, never from inside send().
    /// An `idempotencyKey` goes along, quoted; it must be fit for that.
    void send(const QByteArray &body, const QByteArray &idempotencyKey = {});
    /// Ends the request under way with that failure and closes the connection. finished() comes from inside.
    void giveUp(Failure failure);

    bool isBusy() const { return m_busy; }
    /// Connections that were established so far.
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
    void answered();
    void failSoon(Failure failure);
    void finish(const JobReply &reply);

    const Target &m_target;
    http::Connector m_connector;
    std::unique_ptr<http::StreamSocket> m_socket;  ///< while connected
    std::unique_ptr<http::StreamSocket>
        m_retired;  ///< the one before, closed; what it called may not have returned yet
    http::ResponseParser m_parser;
    QByteArray m_request;
    int m_connections = 0;
    std::uint64_t m_number = 0;  ///< of the request
    bool m_busy = false;
};

}  // namespace holdline
