// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/connector.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline::http {

namespace {

ConnectError kindOf(int error)
{
    switch (error) {
        case ECONNREFUSED:
            return ConnectError::Refused;
        case ECONNRESET:
        case EPIPE:
            return ConnectError::Reset;
        case ETIMEDOUT:
            return ConnectError::TimedOut;
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case EADDRNOTAVAIL:
            return ConnectError::Unroutable;
        case EACCES:
        case EPERM:
            return ConnectError::Prohibited;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return ConnectError::OutOfResources;
        default:
            return ConnectError::Other;
    }
}

/// connect(2) to an address of either family.
int connectTo(int descriptor, const QHostAddress &address, quint16 port)
{
    if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        sockaddr_in6 to{};
        to.sin6_family = AF_INET6;
        to.sin6_port = htons(port);
        const Q_IPV6ADDR bytes = address.toIPv6Address();
        std::memcpy(&to.sin6_addr, &bytes, sizeof to.sin6_addr);
        if (const QByteArray scope = address.scopeId().toLatin1(); !scope.isEmpty()) {
            bool isNumber = false;
            to.sin6_scope_id = scope.toUInt(&isNumber);
            if (!isNumber)
                to.sin6_scope_id = ::if_nametoindex(scope.constData());
        }
        return ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address.toIPv4Address());
    return ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to);
}

}  // namespace

Connector::Connector(QObject *parent) : QObject(parent), m_notifier(QSocketNotifier::Write)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &Connector::onWritable);
}

Connector::~Connector()
{
    stop();
}

void Connector::stop()
{
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    m_notifier.setEnabled(false);
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void Connector::start(const QString &host, quint16 port)
{
    if (QHostAddress literal; literal.setAddress(host)) {
        start(QList{literal}, port);
        return;
    }
    m_port = port;
    m_lookup = QHostInfo::lookupHost(host, this, &Connector::onLookedUp);
}

void Connector::start(const QList<QHostAddress> &addresses, quint16 port)
{
    m_port = port;
    m_addresses = addresses;
    tryNext();
}

void Connector::onLookedUp(const QHostInfo &info)
{
    m_lookup = -1;
    if (info.addresses().isEmpty())
        Q_EMIT failed({ConnectError::NameNotFound, info.errorString()});
    else
        start(info.addresses(), m_port);
}

void Connector::tryNext()
{
    const QHostAddress address = m_addresses.takeFirst();
    const int family = address.protocol() == QAbstractSocket::IPv6Protocol ? AF_INET6 : AF_INET;
    m_descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_descriptor < 0) {
        failAttempt(errno);
        return;
    }
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connectTo(m_descriptor, address, m_port) == 0) {
        Q_EMIT connected(std::exchange(m_descriptor, -1));
        return;
    }
    if (errno != EINPROGRESS) {
        failAttempt(errno);
        return;
    }
    m_notifier.setSocket(m_descriptor);
    m_notifier.setEnabled(true);
}

void Connector::onWritable()
{
    m_notifier.setEnabled(false);
    if (m_descriptor < 0)
        return;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error != 0) {
        failAttempt(error);
        return;
    }
    Q_EMIT connected(std::exchange(m_descriptor, -1));
}

void Connector::failAttempt(int error)
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
    if (m_addresses.isEmpty())
        Q_EMIT failed({kindOf(error), QString::fromStdString(std::system_category().message(error))});
    else
        tryNext();
}

}  // namespace holdline::http
