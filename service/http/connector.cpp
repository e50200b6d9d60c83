// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/connector.h"

#include <QSocketNotifier>
#include <QTimerEvent>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
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

/// Calls connect(2) for an IPv4 or IPv6 address. Returns its result.
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

struct Connector::Attempt
{
    QHostAddress address;
    int descriptor = -1;
    QSocketNotifier notifier{QSocketNotifier::Write};
};

Connector::Connector(QObject *parent) : QObject(parent) {}

Connector::~Connector()
{
    stop();
}

void Connector::stop()
{
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    endAll();
}

void Connector::start(const QString &host, quint16 port)
{
    if (QHostAddress literal; literal.setAddress(host)) {
        start(QList{literal}, port);
        return;
    }
    m_host = host;
    m_port = port;
    m_lookup = QHostInfo::lookupHost(host, this, &Connector::onLookedUp);
}

void Connector::start(const QList<QHostAddress> &addresses, quint16 port)
{
    m_host.clear();
    m_port = port;
    m_addresses = connectOrder(addresses, {});
    tryNext();
}

void Connector::onLookedUp(const QHostInfo &info)
{
    m_lookup = -1;
    if (info.addresses().isEmpty()) {
        Q_EMIT failed({ConnectError::NameNotFound, info.errorString()});
        return;
    }
    m_addresses = connectOrder(info.addresses(), m_memory ? m_memory->of(m_host) : QHostAddress());
    tryNext();
}

/// Tries the next address that does not fail at once. Emits failed() when no address is left and no attempt
/// is in progress.
void Connector::tryNext()
{
    m_headStart.stop();
    while (!m_addresses.isEmpty()) {
        if (!begin(m_addresses.takeFirst()))
            continue;
        if (!m_addresses.isEmpty() && !m_attempts.empty())
            m_headStart.start(static_cast<int>(kHeadStart.count()), this);
        return;
    }
    if (!m_attempts.empty())
        return;
    Q_EMIT failed({kindOf(m_error), QString::fromStdString(std::system_category().message(m_error))});
}

void Connector::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_headStart.timerId())
        tryNext();
    else
        QObject::timerEvent(event);
}

/// Starts an attempt to connect to `address`. Returns false when the attempt failed at once. When it succeeds
/// at once, all other attempts end.
bool Connector::begin(const QHostAddress &address)
{
    if (m_spare.empty()) {
        m_spare.emplace_back();
        Attempt &made = m_spare.back();
        connect(&made.notifier, &QSocketNotifier::activated, this,
                [this](QSocketDescriptor descriptor) { onWritable(descriptor); });
    }
    m_attempts.splice(m_attempts.end(), m_spare, m_spare.begin());
    const auto attempt = std::prev(m_attempts.end());
    attempt->address = address;
    const int family = address.protocol() == QAbstractSocket::IPv6Protocol ? AF_INET6 : AF_INET;
    attempt->descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (attempt->descriptor < 0) {
        m_error = errno;
        end(attempt);
        return false;
    }
    const int on = 1;
    ::setsockopt(attempt->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connectTo(attempt->descriptor, address, m_port) == 0) {
        succeed(attempt);
        return true;
    }
    if (errno != EINPROGRESS) {
        m_error = errno;
        end(attempt);
        return false;
    }
    attempt->notifier.setSocket(attempt->descriptor);
    attempt->notifier.setEnabled(true);
    return true;
}

void Connector::onWritable(int descriptor)
{
    const auto attempt = std::find_if(m_attempts.begin(), m_attempts.end(), [descriptor](const Attempt &one) {
        return one.descriptor == descriptor;
    });
    if (attempt == m_attempts.end())
        return;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error == 0) {
        succeed(attempt);
        return;
    }
    m_error = error;
    end(attempt);
    tryNext();
}

void Connector::succeed(Attempts::iterator attempt)
{
    const int descriptor = std::exchange(attempt->descriptor, -1);
    if (m_memory && !m_host.isEmpty())
        m_memory->remember(m_host, attempt->address);
    end(attempt);
    endAll();
    Q_EMIT connected(descriptor);
}

void Connector::end(Attempts::iterator attempt)
{
    attempt->notifier.setEnabled(false);
    if (attempt->descriptor >= 0)
        ::close(std::exchange(attempt->descriptor, -1));
    m_spare.splice(m_spare.end(), m_attempts, attempt);
}

void Connector::endAll()
{
    m_headStart.stop();
    m_addresses.clear();
    while (!m_attempts.empty())
        end(m_attempts.begin());
}

}  // namespace holdline::http
