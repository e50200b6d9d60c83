// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/streamsocket.h"

#include <QEvent>
#include <QHostAddress>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace holdline::http {

namespace {

bool isTransient(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

StreamSocket::Notifier::Notifier(StreamSocket &socket, Type type, void (StreamSocket::*call)())
    : QSocketNotifier(socket.m_descriptor, type), m_socket(socket), m_call(call)
{
}

bool StreamSocket::Notifier::event(QEvent *event)
{
    if (event->type() != QEvent::SockAct)
        return QSocketNotifier::event(event);
    (m_socket.*m_call)();
    return true;
}

StreamSocket::StreamSocket(User &user, qintptr descriptor)
    : m_user(user),
      m_descriptor(static_cast<int>(descriptor)),
      m_readNotifier(*this, QSocketNotifier::Read, &StreamSocket::readable)
{
}

StreamSocket::~StreamSocket()
{
    close();
}

StreamSocket::Received StreamSocket::receivedOf(ssize_t result, qsizetype &count)
{
    count = std::max<ssize_t>(result, 0);
    if (result > 0)
        return Received::Bytes;
    if (result == 0)
        return Received::Finished;
    m_error = errno;
    return isTransient(m_error) ? Received::Nothing : Received::Failed;
}

StreamSocket::Received StreamSocket::receive(std::span<char> room, qsizetype &count)
{
    return receivedOf(::recv(m_descriptor, room.data(), room.size(), MSG_DONTWAIT), count);
}

StreamSocket::Received StreamSocket::discard(qsizetype most, qsizetype &count)
{
    // tcp(7): with MSG_TRUNC the bytes are dropped instead of copied. Other sockets do copy, and refuse to do
    // so without a buffer.
    const ssize_t dropped =
        ::recv(m_descriptor, nullptr, static_cast<std::size_t>(most), MSG_TRUNC | MSG_DONTWAIT);
    if (dropped >= 0 || errno != EFAULT)
        return receivedOf(dropped, count);
    std::array<char, 16 * 1024> bytes;
    return receive(std::span(bytes).first(std::min(bytes.size(), static_cast<std::size_t>(most))), count);
}

bool StreamSocket::hasNothingToRead() const
{
    char byte = 0;
    return m_descriptor >= 0 && ::recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           isTransient(errno);
}

QString StreamSocket::errorString() const
{
    return QString::fromStdString(std::system_category().message(m_error));
}

void StreamSocket::setReading(bool reading)
{
    if (m_descriptor >= 0 && m_readNotifier.isEnabled() != reading)
        m_readNotifier.setEnabled(reading);
}

void StreamSocket::watchForBreak()
{
    // Of the three kinds, only this one is not ready for as long as the FIN is unread.
    if (m_descriptor >= 0 && !m_breakNotifier)
        m_breakNotifier =
            std::make_unique<Notifier>(*this, QSocketNotifier::Exception, &StreamSocket::checkForBreak);
}

void StreamSocket::checkForBreak()
{
    pollfd state{m_descriptor, 0, 0};
    if (::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) {
        m_user.socketFailed();
        return;
    }
    // The other cause is an urgent byte from before the FIN. The notifier would report it again and again.
    char urgent = 0;
    if (::recv(m_descriptor, &urgent, 1, MSG_OOB | MSG_DONTWAIT) < 0)
        m_breakNotifier->setEnabled(false);
}

bool StreamSocket::sendSome(QByteArrayView bytes, qsizetype &taken)
{
    const ssize_t sent = ::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    taken = std::max<ssize_t>(sent, 0);
    if (sent < 0)
        m_error = errno;
    return sent >= 0 || isTransient(m_error);
}

bool StreamSocket::write(const QByteArray &bytes)
{
    if (m_descriptor < 0)
        return false;
    qsizetype taken = 0;
    if (bytesToWrite() == 0) {
        if (!sendSome(bytes, taken))
            return false;
        if (taken == bytes.size())
            return true;
        m_unsent = bytes;  // shared
        m_sent = taken;
    } else {
        if (m_sent > m_unsent.size() / 2)
            m_unsent = m_unsent.sliced(std::exchange(m_sent, 0));
        m_unsent.append(bytes);
    }
    if (!m_writeNotifier)
        m_writeNotifier.emplace(*this, QSocketNotifier::Write, &StreamSocket::flush);
    m_writeNotifier->setEnabled(true);
    return true;
}

void StreamSocket::flush()
{
    qsizetype taken = 0;
    if (!sendSome(QByteArrayView(m_unsent).sliced(m_sent), taken)) {
        m_writeNotifier->setEnabled(false);
        m_user.socketFailed();
        return;
    }
    m_sent += taken;
    if (m_sent == m_unsent.size()) {
        m_unsent = QByteArray();
        m_sent = 0;
        m_writeNotifier->setEnabled(false);
    }
    if (taken > 0)
        m_user.socketWritten();
}

void StreamSocket::finishSending()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void StreamSocket::close()
{
    if (m_descriptor < 0)
        return;
    m_readNotifier.setEnabled(false);
    if (m_writeNotifier)
        m_writeNotifier->setEnabled(false);
    if (m_breakNotifier)
        m_breakNotifier->setEnabled(false);
    ::close(m_descriptor);
    m_descriptor = -1;
    m_unsent = QByteArray();
    m_sent = 0;
}

void StreamSocket::sendReset()
{
    const linger now{1, 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

QByteArray StreamSocket::peer() const
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto *address = reinterpret_cast<sockaddr *>(&storage);
    if (m_descriptor < 0 || ::getpeername(m_descriptor, address, &size) != 0)
        return {};
    const quint16 port =
        ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 *>(&storage)->sin6_port
                                            : reinterpret_cast<const sockaddr_in *>(&storage)->sin_port);
    QHostAddress host(address);
    bool isIpv4 = false;
    if (const quint32 ipv4 = host.toIPv4Address(&isIpv4); isIpv4)
        host = QHostAddress(ipv4);  // makes 127.0.0.1 of ::ffff:127.0.0.1
    const QByteArray text = host.toString().toLatin1();
    return (isIpv4 ? text : '[' + text + ']') + ':' + QByteArray::number(port);
}

}  // namespace holdline::http
