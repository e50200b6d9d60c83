// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/streamsocket.h"

#include "service/http/tlsstream.h"

#include <QCoreApplication>
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
    if (m_tls)
        return receiveTls(room, count);
    return receivedOf(::recv(m_descriptor, room.data(), room.size(), MSG_DONTWAIT), count);
}

StreamSocket::Received StreamSocket::discard(qsizetype most, qsizetype &count)
{
    // With MSG_TRUNC the kernel drops the bytes of a TCP socket instead of copying them (tcp(7)). Sockets of
    // other kinds copy the bytes, and fail with EFAULT when there is no buffer.
    if (!m_tls) {
        const ssize_t dropped =
            ::recv(m_descriptor, nullptr, static_cast<std::size_t>(most), MSG_TRUNC | MSG_DONTWAIT);
        if (dropped >= 0 || errno != EFAULT)
            return receivedOf(dropped, count);
    }
    std::array<char, 16 * 1024> bytes;
    return receive(std::span(bytes).first(std::min(bytes.size(), static_cast<std::size_t>(most))), count);
}

bool StreamSocket::hasNothingToRead() const
{
    if (m_tls)
        return m_descriptor >= 0 && m_tls->isQuiet();
    char byte = 0;
    return m_descriptor >= 0 && ::recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           isTransient(errno);
}

QString StreamSocket::errorString() const
{
    if (const TlsFailure *failure = tlsFailure())
        return failure->text;
    return QString::fromStdString(std::system_category().message(m_error));
}

void StreamSocket::setReading(bool reading)
{
    if (m_descriptor < 0 || m_readNotifier.isEnabled() == reading)
        return;
    m_readNotifier.setEnabled(reading);
    if (reading && m_tls && m_tls->hasMore())
        readAgainLater();
}

void StreamSocket::watchForBreak()
{
    // While the FIN is unread, a read or write notifier would fire all the time. An exception notifier does
    // not.
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
    // Otherwise the peer sent an urgent byte before its FIN. The notifier would report that byte again and
    // again.
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

bool StreamSocket::write(const QByteArray &bytes, bool *begun)
{
    if (m_descriptor < 0)
        return false;
    if (m_tls)
        return writeTls(bytes, begun);
    qsizetype taken = 0;
    if (m_unsent.isEmpty() && !sendSome(bytes, taken))
        return false;
    if (begun)
        *begun = taken > 0;
    if (taken < bytes.size()) {
        store(bytes, taken);
        enableWriteNotifier();
    }
    return true;
}

/// Stores `bytes` without the first `taken` ones, for flush().
void StreamSocket::store(const QByteArray &bytes, qsizetype taken)
{
    if (m_unsent.isEmpty()) {
        m_unsent = bytes;  // shares the memory
        m_sent = taken;
        return;
    }
    if (m_sent > m_unsent.size() / 2)
        m_unsent = m_unsent.sliced(std::exchange(m_sent, 0));
    m_unsent.append(bytes);
}

void StreamSocket::enableWriteNotifier()
{
    if (!m_writeNotifier)
        m_writeNotifier.emplace(*this, QSocketNotifier::Write, &StreamSocket::flush);
    m_writeNotifier->setEnabled(true);
}

void StreamSocket::flush()
{
    if (m_tls) {
        flushTls();
        return;
    }
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
    if (m_tls && m_descriptor >= 0)
        m_tls->sendCloseNotify();
    ::shutdown(m_descriptor, SHUT_WR);
}

void StreamSocket::close()
{
    if (m_tls && m_descriptor >= 0 && m_unsent.isEmpty())
        m_tls->sendCloseNotify();
    closeDescriptor();
}

void StreamSocket::closeDescriptor()
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
    closeDescriptor();
}

void StreamSocket::readable()
{
    if (m_tls)
        readableTls();
    else
        m_user.socketReadable();
}

void StreamSocket::startTls(std::unique_ptr<TlsStream> tls)
{
    m_tls = std::move(tls);
    if (m_tls->handshake() != TlsStream::Status::Again)
        readAgainLater();  // the event loop then calls the user
    afterTls();
}

const TlsFailure *StreamSocket::tlsFailure() const
{
    return m_tls && m_tls->failure() ? &*m_tls->failure() : nullptr;
}

qint64 StreamSocket::tlsUnsent() const
{
    return m_tls->unsent();
}

qint64 StreamSocket::tlsMemory() const
{
    return m_tls->unsentMemory();
}

/// Posts a read event for bytes that OpenSSL has read already, because the kernel does not announce those.
/// The event loop delivers the event after the events of other sockets.
void StreamSocket::readAgainLater()
{
    QCoreApplication::postEvent(&m_readNotifier, new QEvent(QEvent::SockAct));
}

/// Enables the write notifier when encrypted bytes are unsent. Reading may produce such bytes too: an alert
/// or a key update.
void StreamSocket::afterTls()
{
    if (m_descriptor >= 0 && m_tls->unsent() > 0)
        enableWriteNotifier();
}

void StreamSocket::readableTls()
{
    // A posted event may come after close() or setReading(false).
    if (m_descriptor < 0)
        return;
    if (!m_tls->isReady())
        shakeHands();
    else if (m_readNotifier.isEnabled())
        m_user.socketReadable();
}

void StreamSocket::shakeHands()
{
    switch (m_tls->handshake()) {
        case TlsStream::Status::Again:
            break;
        case TlsStream::Status::Done:
            readAgainLater();
            m_user.socketSecured();
            if (m_descriptor >= 0)
                m_tls->flush();
            break;
        case TlsStream::Status::Finished:
        case TlsStream::Status::Failed:
            m_user.socketFailed();
            break;
    }
    afterTls();
}

StreamSocket::Received StreamSocket::receiveTls(std::span<char> room, qsizetype &count)
{
    count = 0;
    if (m_descriptor < 0)
        return Received::Failed;
    const TlsStream::Status status = m_tls->read(room, count);
    afterTls();
    if (m_tls->hasMore())
        readAgainLater();
    switch (status) {
        case TlsStream::Status::Done:
            return Received::Bytes;
        case TlsStream::Status::Again:
            return Received::Nothing;
        case TlsStream::Status::Finished:
            return Received::Finished;
        case TlsStream::Status::Failed:
            break;
    }
    return Received::Failed;
}

bool StreamSocket::writeTls(const QByteArray &bytes, bool *begun)
{
    qsizetype taken = 0;
    const std::uint64_t before = m_tls->sentBytes();
    if (m_unsent.isEmpty() && m_tls->write(bytes, taken) == TlsStream::Status::Failed)
        return false;
    if (begun)
        *begun = m_tls->sentBytes() > before;
    if (taken < bytes.size()) {
        store(bytes, taken);
        enableWriteNotifier();
    }
    afterTls();
    return true;
}

void StreamSocket::flushTls()
{
    if (m_descriptor < 0)
        return;
    const std::uint64_t before = m_tls->sentBytes();
    qsizetype taken = 0;
    if (m_tls->write(QByteArrayView(m_unsent).sliced(m_sent), taken) == TlsStream::Status::Failed) {
        m_writeNotifier->setEnabled(false);
        m_user.socketFailed();
        return;
    }
    m_sent += taken;
    if (m_sent == m_unsent.size()) {
        m_unsent = QByteArray();
        m_sent = 0;
        m_writeNotifier->setEnabled(m_tls->unsent() > 0);
    }
    if (m_tls->sentBytes() > before && m_tls->isReady())
        m_user.socketWritten();
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
        host = QHostAddress(ipv4);  // converts ::ffff:127.0.0.1 to 127.0.0.1
    const QByteArray text = host.toString().toLatin1();
    return (isIpv4 ? text : '[' + text + ']') + ':' + QByteArray::number(port);
}

}  // namespace holdline::http
