// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>

#include <chrono>
#include <memory>
#include <vector>

namespace holdline::http {

/// Listens at the addresses of a server before the server is ready. Meanwhile clients wait in the backlogs of
/// the sockets instead of being refused. HttpListener::listenOn() takes the sockets over. The destructor
/// closes sockets that were not taken. Used by one thread.
class ReservedAddresses
{
public:
    /// Adds an address. "::" means all IPv6 and IPv4 addresses. With port 0 the system chooses a port.
    /// `keepAlive` is for the connections that wait: see setKeepAlive(). Returns false on failure: see
    /// errorString().
    bool listen(const QHostAddress &address, quint16 port, std::chrono::seconds keepAlive = {});
    QString errorString() const { return m_error; }
    /// Returns the listening descriptors in the order of the addresses. They then belong to the caller. A
    /// descriptor is -1 when it could not be duplicated, e.g. because no descriptor is free.
    std::vector<qintptr> take();

private:
    std::vector<std::unique_ptr<QTcpServer>> m_servers;
    QString m_error;
};

}  // namespace holdline::http
