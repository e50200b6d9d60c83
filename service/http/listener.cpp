// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/listener.h"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace holdline::http {

Listener::Listener(std::function<void(qintptr)> accepted, std::function<void()> starved)
    : m_accepted(std::move(accepted)), m_onStarved(std::move(starved))
{
}

bool Listener::start(const QHostAddress &address, quint16 port, int backlog)
{
    setListenBacklogSize(backlog);
    if (!listen(address, port))
        return false;
    pauseAccepting();
    // Accepted sockets inherit it: an answer is one write, and must not wait for the ACK of the one before.
    const int on = 1;
    ::setsockopt(static_cast<int>(socketDescriptor()), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_notifier = std::make_unique<QSocketNotifier>(socketDescriptor(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Listener::acceptSome);
    return true;
}

void Listener::stop()
{
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater();  // this may be its own slot
    }
    m_starved = false;
    close();
}

void Listener::retry()
{
    m_starved = false;
    if (m_notifier)
        m_notifier->setEnabled(true);
}

void Listener::acceptSome()
{
    for (int i = 0; i < kAcceptsPerTurn && m_notifier; ++i) {
        const int descriptor =
            ::accept4(static_cast<int>(socketDescriptor()), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            m_accepted(descriptor);
            continue;
        }
        const int error = errno;
        if (error == EINTR || error == ECONNABORTED)
            continue;
        if (error != EAGAIN && error != EWOULDBLOCK) {
            m_starved = true;
            m_notifier->setEnabled(false);
            m_onStarved();
        }
        return;
    }
}

}  // namespace holdline::http
