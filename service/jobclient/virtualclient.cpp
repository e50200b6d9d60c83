// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/virtualclient.h"

#include <array>

namespace holdline {

using http::StreamSocket;

VirtualClient::VirtualClient(const Target &target, QObject *parent) : QObject(parent), m_target(target)
{
    connect(&m_connector, &http::Connector::connected, this, &VirtualClient::onConnected);
    connect(&m_connector, &http::Connector::failed, this, &VirtualClient::onConnectFailed);
}

VirtualClient::~VirtualClient() = default;

void VirtualClient::send(const QByteArray &body, const QByteArray &idempotencyKey)
{
    m_busy = true;
    ++m_number;
    m_request = m_target.head + QByteArray::number(body.size()) + "\r\n";
    if (!idempotencyKey.isEmpty())
        m_request += "Idempotency-Key: \"" + idempotencyKey + "\"\r\n";
    m_request += "\r\n" + body;
    m_parser.begin();
    if (m_socket && m_socket->hasNothingToRead()) {
        write();
    } else {
        disconnectSocket();
        m_connector.start(m_target.addresses, m_target.port);
    }
}

void VirtualClient::giveUp(Failure failure)
{
    if (!m_busy)
        return;
    m_connector.stop();
    disconnectSocket();
    JobReply reply;
    reply.failure = failure;
    finish(reply);
}

void VirtualClient::onConnected(int descriptor)
{
    ++m_connections;
    m_socket = std::make_unique<StreamSocket>(static_cast<StreamSocket::User &>(*this), descriptor);
    write();
}

void VirtualClient::onConnectFailed(const http::ConnectFailure &failure)
{
    failSoon(failure.error == http::ConnectError::Refused ? Failure::ConnectRefused : Failure::ConnectFailed);
}

void VirtualClient::write()
{
    if (!m_socket->write(m_request))
        failSoon(Failure::Closed);
    m_request = {};
}

/// Closes the socket. It is destroyed later, because one of its functions may be calling this function.
void VirtualClient::disconnectSocket()
{
    if (!m_socket)
        return;
    m_socket->close();
    m_retired = std::move(m_socket);
}

void VirtualClient::socketReadable()
{
    static thread_local std::array<char, 64 * 1024> buffer;
    qsizetype count = 0;
    const auto received = m_socket->receive(buffer, count);
    if (received == StreamSocket::Received::Nothing)
        return;
    if (!m_busy) {
        // The server closed a kept connection, or sent bytes without a request. The next request opens
        // another connection.
        disconnectSocket();
        return;
    }
    if (received == StreamSocket::Received::Bytes) {
        const qsizetype used = m_parser.feed(QByteArrayView(buffer.data(), count));
        if (!m_parser.isOver())
            return;
        if (m_parser.state() == http::ResponseParser::State::Failed) {
            giveUp(Failure::BadHttp);
            return;
        }
        const bool inStep = used == count && m_socket->bytesToWrite() == 0;
        if (!m_parser.keepAlive() || !inStep)
            disconnectSocket();
        answered();
        return;
    }
    if (received == StreamSocket::Received::Finished)
        m_parser.finish();
    ended();
}

/// Handles the end or failure of the connection.
void VirtualClient::ended()
{
    if (m_parser.state() != http::ResponseParser::State::Complete) {
        giveUp(Failure::Closed);
        return;
    }
    disconnectSocket();
    answered();
}

void VirtualClient::failSoon(Failure failure)
{
    QMetaObject::invokeMethod(
        this,
        [this, failure, number = m_number] {
            if (number == m_number)
                giveUp(failure);
        },
        Qt::QueuedConnection);
}

void VirtualClient::finish(const JobReply &reply)
{
    m_busy = false;
    Q_EMIT finished(reply);
}

}  // namespace holdline
