// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/reservedaddress.h"

#include "service/http/keepalive.h"
#include "service/http/limits.h"
#include "service/http/listeningsocket.h"

#include <fcntl.h>

namespace holdline::http {

bool ReservedAddress::listen(const QHostAddress &address, quint16 port, std::chrono::seconds keepAlive)
{
    m_server.setListenBacklogSize(Limits().backlog);
    if (!m_server.listen(withBothFamilies(address), port))
        return false;
    m_server.pauseAccepting();
    setKeepAlive(static_cast<int>(m_server.socketDescriptor()), keepAlive);
    return true;
}

qintptr ReservedAddress::take()
{
    // QTcpServer closes its own descriptor. The socket goes on listening with this one.
    const int descriptor = ::fcntl(static_cast<int>(m_server.socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    m_server.close();
    return descriptor;
}

}  // namespace holdline::http
