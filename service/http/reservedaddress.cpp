// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/reservedaddress.h"

#include "service/http/keepalive.h"
#include "service/http/limits.h"
#include "service/http/listeningsocket.h"

#include <utility>

#include <fcntl.h>

namespace holdline::http {

bool ReservedAddresses::listen(const QHostAddress &address, quint16 port, std::chrono::seconds keepAlive)
{
    auto server = std::make_unique<QTcpServer>();
    server->setListenBacklogSize(Limits().backlog);
    if (!server->listen(withBothFamilies(address), port)) {
        m_error = server->errorString();
        return false;
    }
    server->pauseAccepting();
    setKeepAlive(static_cast<int>(server->socketDescriptor()), keepAlive);
    m_servers.push_back(std::move(server));
    return true;
}

std::vector<qintptr> ReservedAddresses::take()
{
    std::vector<qintptr> taken;
    // QTcpServer closes its own descriptor. The duplicated descriptor keeps the socket listening.
    for (const auto &server : std::exchange(m_servers, {}))
        taken.push_back(::fcntl(static_cast<int>(server->socketDescriptor()), F_DUPFD_CLOEXEC, 0));
    return taken;
}

}  // namespace holdline::http
