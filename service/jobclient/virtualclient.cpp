// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/virtualclient.h"

#include <QNetworkProxy>
#include <QTimer>

namespace holdline {

namespace {

Failure connectFailure(QAbstractSocket::SocketError error)
{
    return error == QAbstractSocket::ConnectionRefusedError ? Failure::ConnectRefused
                                                            : Failure::ConnectFailed;
}

}  // namespace

VirtualClient::VirtualClient(const Target &target, QObject *parent) : QObject(parent), m_target(target)
{
    connect(&m_socket, &QTcpSocket::connected, this, &VirtualClient::connected);
    connect(&m_socket, &QTcpSocket::readyRead, this, &VirtualClient::readyRead);
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &VirtualClient::failed);
    // The target is meant as it is said, and looking for a proxy costs time on each connect.
    m_socket.setProxy(QNetworkProxy::NoProxy);
}

VirtualClient::~VirtualClient()
{
    m_socket.disconnect(this);
}

void VirtualClient::send(const QByteArray &body)
{
    m_busy = true;
    ++m_number;
    m_request = m_target.head + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    m_body.clear();
    m_parser.begin();
    if (m_socket.state() == QAbstractSocket::ConnectedState) {
        m_socket.write(m_request);
        m_socket.flush();
    } else {
        m_tried = 0;
        connectSoon();
    }
}

void VirtualClient::giveUp(Failure failure)
{
    if (!m_busy)
        return;
    m_connecting = false;
    m_socket.abort();
    JobReply reply;
    reply.failure = failure;
    finish(reply);
}

void VirtualClient::connectSoon()
{
    m_connecting = true;
    // Often called from inside a signal of the socket, which must not be connected again there.
    QTimer::singleShot(0, this, [this, number = m_number] {
        if (m_busy && m_connecting && number == m_number)
            connectToNext();
    });
}

void VirtualClient::connectToNext()
{
    ++m_tried;
    m_socket.abort();
    m_socket.connectToHost(m_target.addresses.at(m_address), m_target.port);
}

void VirtualClient::connected()
{
    ++m_connections;
    m_connecting = false;
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket.write(m_request);
    m_socket.flush();
}

void VirtualClient::readyRead()
{
    const QByteArray bytes = m_socket.readAll();
    if (!m_busy) {
        // An answer to nothing: the connection is no good any more.
        m_socket.abort();
        return;
    }
    const qsizetype used = m_parser.feed(bytes);
    m_body += m_parser.takeBody();
    if (!m_parser.isOver())
        return;
    if (m_parser.state() == http::ResponseParser::State::Failed) {
        giveUp(Failure::BadHttp);
        return;
    }
    if (!m_parser.keepAlive() || used < bytes.size())
        m_socket.abort();
    answered();
}

void VirtualClient::answered()
{
    finish(judgeAnswer(m_parser.status(), std::exchange(m_body, {})));
}

void VirtualClient::failed(QAbstractSocket::SocketError error)
{
    if (!m_busy) {
        m_socket.abort();  // the server closed a connection that was kept; the next request opens another
        return;
    }
    if (m_connecting) {
        if (m_tried == m_target.addresses.size()) {
            giveUp(connectFailure(error));
            return;
        }
        m_address = (m_address + 1) % m_target.addresses.size();
        connectSoon();
        return;
    }
    if (m_socket.bytesAvailable() > 0)
        readyRead();
    if (!m_busy)
        return;
    m_parser.finish();
    if (m_parser.state() != http::ResponseParser::State::Complete) {
        giveUp(Failure::Closed);
        return;
    }
    m_socket.abort();  // it still calls itself connected here
    answered();
}

void VirtualClient::finish(const JobReply &reply)
{
    m_busy = false;
    Q_EMIT finished(reply);
}

}  // namespace holdline
