// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/listeningsocket.h"

#include "service/http/keepalive.h"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline::http {

namespace {

/// Returns a socket that listens at the address of `shared`. On failure returns -1 and sets errno.
int listenBeside(int shared, int backlog)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto *const where = reinterpret_cast<sockaddr *>(&address);
    if (::getsockname(shared, where, &length) != 0)
        return -1;
    const int descriptor = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    const auto copyOption = [&](int level, int option) {
        int value = 0;
        socklen_t size = sizeof value;
        return ::getsockopt(shared, level, option, &value, &size) == 0 &&
               ::setsockopt(descriptor, level, option, &value, size) == 0;
    };
    if (copyOption(SOL_SOCKET, SO_REUSEADDR) && copyOption(SOL_SOCKET, SO_REUSEPORT) &&
        (address.ss_family != AF_INET6 || copyOption(IPPROTO_IPV6, IPV6_V6ONLY)) &&
        ::bind(descriptor, where, length) == 0 && ::listen(descriptor, backlog) == 0)
        return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

}  // namespace

QHostAddress withBothFamilies(const QHostAddress &address)
{
    const bool isEvery = address == QHostAddress(QHostAddress::AnyIPv6);
    return isEvery ? QHostAddress(QHostAddress::Any) : address;
}

ListeningSocket::ListeningSocket(std::function<void(qintptr)> accepted, std::function<void()> starved)
    : m_accepted(std::move(accepted)), m_onStarved(std::move(starved))
{
}

bool ListeningSocket::start(const QHostAddress &address, quint16 port, int backlog)
{
    setListenBacklogSize(backlog);
    if (!listen(withBothFamilies(address), port))
        return false;
    watch();
    return true;
}

std::optional<qintptr> ListeningSocket::shareAddress()
{
    const int on = 1;
    if (::setsockopt(static_cast<int>(socketDescriptor()), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
        m_systemError = qt_error_string(errno);
        return std::nullopt;
    }
    return socketDescriptor();
}

bool ListeningSocket::startOn(qintptr descriptor)
{
    if (!setSocketDescriptor(descriptor)) {
        ::close(static_cast<int>(descriptor));
        return false;
    }
    watch();
    return true;
}

bool ListeningSocket::startBeside(qintptr shared, int backlog)
{
    const int descriptor = listenBeside(static_cast<int>(shared), backlog);
    if (descriptor < 0) {
        m_systemError = qt_error_string(errno);
        return false;
    }
    return startOn(descriptor);
}

void ListeningSocket::watch()
{
    pauseAccepting();
    // Accepted sockets inherit TCP_NODELAY. A response is one write and must not wait for the ACK of the
    // previous response.
    const int on = 1;
    ::setsockopt(static_cast<int>(socketDescriptor()), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_notifier = std::make_unique<QSocketNotifier>(socketDescriptor(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ListeningSocket::acceptSome);
}

void ListeningSocket::setKeepAlive(std::chrono::seconds silence)
{
    if (isListening())
        http::setKeepAlive(static_cast<int>(socketDescriptor()), silence);
}

void ListeningSocket::stop()
{
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater();  // stop() may run inside this notifier's slot
    }
    m_starved = false;
    close();
}

void ListeningSocket::retry()
{
    m_starved = false;
    if (m_notifier)
        m_notifier->setEnabled(true);
}

void ListeningSocket::acceptSome()
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
