// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/relay.h"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace holdline::soak {

namespace {

/// Closes the connection with an RST.
void reset(QTcpSocket &socket)
{
    const linger atOnce{1, 0};
    ::setsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    socket.abort();
}

}  // namespace

Relay::Relay(QObject *parent) : QObject(parent)
{
    m_server.setListenBacklogSize(4096);
    m_server.setMaxPendingConnections(4096);
    connect(&m_server, &QTcpServer::newConnection, this, &Relay::accept);
}

Relay::~Relay()
{
    for (const Pair &pair : m_pairs) {
        pair.near->disconnect(this);
        pair.far->disconnect(this);
    }
}

bool Relay::listen()
{
    if (!m_server.listen(QHostAddress::LocalHost, m_port))
        return false;
    m_port = m_server.serverPort();
    return true;
}

void Relay::setState(State state)
{
    m_state = state;
    if (state == State::Refuses)
        m_server.close();
    else if (!m_server.isListening())
        listen();
    if (state == State::Refuses || state == State::Resets)
        resetAll();
    else
        pumpAll();
}

void Relay::accept()
{
    while (QTcpSocket *near = m_server.nextPendingConnection()) {
        if (m_state == State::Resets) {
            reset(*near);
            near->deleteLater();
            continue;
        }
        auto *far = new QTcpSocket(this);
        near->setParent(this);
        m_pairs.push_back({near, far});
        near->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(near, &QTcpSocket::readyRead, this, [this, near, far] { pump(*near, *far); });
        connect(far, &QTcpSocket::readyRead, this, [this, near, far] { pump(*far, *near); });
        connect(far, &QTcpSocket::connected, this, [this, near, far] {
            far->setSocketOption(QAbstractSocket::LowDelayOption, 1);
            pump(*near, *far);
        });
        for (QTcpSocket *socket : {near, far}) {
            connect(socket, &QTcpSocket::disconnected, this, [this, near] { remove(near); });
            connect(socket, &QTcpSocket::errorOccurred, this, [this, near] { remove(near); });
        }
        far->connectToHost(QHostAddress(QHostAddress::LocalHost), m_target);
    }
}

void Relay::pump(QTcpSocket &from, QTcpSocket &to) const
{
    if (m_state != State::Stalls && to.state() == QAbstractSocket::ConnectedState)
        to.write(from.readAll());
}

void Relay::pumpAll()
{
    // Passing bytes on may end a connection and change the list, so the list is copied.
    const std::vector<Pair> pairs = m_pairs;
    for (const Pair &pair : pairs) {
        pump(*pair.near, *pair.far);
        pump(*pair.far, *pair.near);
    }
}

/// Ends the pair after one side has ended. Bytes that this side sent before still reach the other side.
void Relay::remove(QTcpSocket *near)
{
    const auto it =
        std::find_if(m_pairs.begin(), m_pairs.end(), [near](const Pair &pair) { return pair.near == near; });
    if (it == m_pairs.end())
        return;
    const Pair pair = *it;
    m_pairs.erase(it);
    for (const auto &[from, to] : {std::pair(pair.near, pair.far), std::pair(pair.far, pair.near)}) {
        from->disconnect(this);
        pump(*from, *to);
    }
    for (QTcpSocket *socket : {pair.near, pair.far}) {
        socket->disconnectFromHost();
        if (socket->state() == QAbstractSocket::UnconnectedState)
            socket->deleteLater();
        else
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }
}

void Relay::resetAll()
{
    for (const Pair &pair : std::exchange(m_pairs, {})) {
        for (QTcpSocket *socket : {pair.near, pair.far}) {
            socket->disconnect(this);
            if (socket->state() == QAbstractSocket::ConnectedState)
                reset(*socket);
            socket->deleteLater();
        }
    }
}

}  // namespace holdline::soak
