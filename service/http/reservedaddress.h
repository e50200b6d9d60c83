// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>

#include <chrono>

namespace holdline::http {

/// Listens at an address before its server is ready. Callers wait in the backlog of the socket instead of
/// being refused. HttpListener::listenOn() takes the socket over. The destructor closes a socket that was
/// not taken. Used by one thread.
class ReservedAddress
{
public:
    /// "::" means all addresses, of IPv4 too. With port 0 the system chooses a port. `keepAlive` is that of
    /// the callers that wait: see setKeepAlive(). Returns false on failure: see errorString().
    bool listen(const QHostAddress &address, quint16 port, std::chrono::seconds keepAlive = {});
    QString errorString() const { return m_server.errorString(); }
    /// Returns the descriptor, which then belongs to the caller, or -1 when no descriptor is free. Called
    /// once, after listen().
    qintptr take();

private:
    QTcpServer m_server;
};

}  // namespace holdline::http
