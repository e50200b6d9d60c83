// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/connector.h"

#include <QSocketNotifier>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline {

namespace {

PoolFailure failureOf(int error)
{
    const QString text = QString::fromStdString(std::system_category().message(error));
    switch (error) {
        case ECONNREFUSED:
            return {QNetworkReply::ConnectionRefusedError, text, "connection_refused"};
        case ECONNRESET:
        case EPIPE:
            return {QNetworkReply::RemoteHostClosedError, text, "connection_terminated"};
        case ETIMEDOUT:
            return {QNetworkReply::TimeoutError, text, "connection_timeout"};
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case EADDRNOTAVAIL:
            return {QNetworkReply::UnknownNetworkError, text, "destination_ip_unroutable"};
        case EACCES:
        case EPERM:
            return {QNetworkReply::ContentAccessDenied, text, "destination_ip_prohibited"};
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return {QNetworkReply::UnknownNetworkError, text, "proxy_internal_error"};
        default:
            return {QNetworkReply::UnknownNetworkError, text, "destination_unavailable"};
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

Connector::~Connector()
{
    stop();
}

void Connector::stop()
{
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    dropNotifier();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void Connector::start(const Origin &origin)
{
    m_port = origin.port;
    if (QHostAddress literal; literal.setAddress(origin.host)) {
        m_addresses = {literal};
        tryNext();
        return;
    }
    m_lookup = QHostInfo::lookupHost(origin.host, this, [this](const QHostInfo &info) { onLookedUp(info); });
}

void Connector::onLookedUp(const QHostInfo &info)
{
    m_lookup = -1;
    m_addresses = info.addresses();
    if (m_addresses.isEmpty())
        Q_EMIT failed({QNetworkReply::HostNotFoundError, info.errorString(), "dns_error"});
    else
        tryNext();
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
    if (connectTo(m_descriptor, address, m_port) == 0) {
        Q_EMIT connected(std::exchange(m_descriptor, -1));
        return;
    }
    if (errno != EINPROGRESS) {
        failAttempt(errno);
        return;
    }
    m_notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Write, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &Connector::onWritable);
}

void Connector::onWritable()
{
    dropNotifier();
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
        Q_EMIT failed(failureOf(error));
    else
        tryNext();
}

/// Not deleted at once: this may be its slot.
void Connector::dropNotifier()
{
    if (QSocketNotifier *notifier = std::exchange(m_notifier, nullptr)) {
        notifier->setEnabled(false);
        notifier->deleteLater();
    }
}

}  // namespace holdline
