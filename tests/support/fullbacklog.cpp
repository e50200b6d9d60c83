// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fullbacklog.h"

#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline::test {

FullBacklog::FullBacklog()
{
    m_listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *plain = reinterpret_cast<sockaddr *>(&address);
    if (::bind(m_listening, plain, size) != 0 || ::listen(m_listening, 0) != 0 ||
        ::getsockname(m_listening, plain, &size) != 0)
        qFatal("FullBacklog: %s", std::strerror(errno));
    m_port = ntohs(address.sin_port);
    // A backlog of 0 holds one connection. The other three make sure that the backlog is full.
    for (int i = 0; i < 4; ++i) {
        const int filling = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        m_filling.push_back(filling);
        if (::connect(filling, plain, size) != 0 && errno != EINPROGRESS)
            qFatal("FullBacklog: %s", std::strerror(errno));
    }
}

FullBacklog::~FullBacklog()
{
    for (const int filling : m_filling)
        ::close(filling);
    ::close(m_listening);
}

void FullBacklog::relieve()
{
    for (const int filling : m_filling)
        ::close(filling);
    m_filling.clear();
    ::fcntl(m_listening, F_SETFL, O_NONBLOCK);
    for (int accepted = 0; accepted >= 0;) {
        accepted = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted >= 0)
            ::close(accepted);
    }
}

QUrl FullBacklog::url() const
{
    QUrl url(QStringLiteral("http://127.0.0.1/start"));
    url.setPort(m_port);
    return url;
}

}  // namespace holdline::test
