// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/lossyrelay.h"

#include <QTimer>

#include <algorithm>

namespace holdline::test {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype kSegmentBytes = 536;  // small, so that a body is cut into many segments
constexpr auto kFirstConnectDelay = 1s;
constexpr auto kFirstDelay = 200ms;

}  // namespace

LossyRelay::LossyRelay(double loss, unsigned seed, QObject *parent)
    : QObject(parent), m_random(seed), m_isLost(loss)
{
    m_server.setListenBacklogSize(4096);
    connect(&m_server, &QTcpServer::newConnection, this, &LossyRelay::accept);
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("LossyRelay cannot listen: %s", qPrintable(m_server.errorString()));
}

LossyRelay::~LossyRelay()
{
    // Child sockets are destroyed after this class, and would still emit disconnected() to the destroyed
    // object.
    for (QTcpSocket *socket : findChildren<QTcpSocket *>())
        socket->disconnect(this);
}

std::chrono::milliseconds LossyRelay::delay(std::chrono::milliseconds first)
{
    std::chrono::milliseconds held{0};
    while (m_isLost(m_random)) {
        ++m_lost;
        held += first;
        first *= 2;
    }
    ++m_carried;
    return held;
}

void LossyRelay::accept()
{
    while (QTcpSocket *client = m_server.nextPendingConnection()) {
        auto *server = new QTcpSocket(this);
        client->setParent(this);
        relay(client, server);
        relay(server, client);
        QTimer::singleShot(delay(kFirstConnectDelay), server,
                           [this, server] { server->connectToHost(QHostAddress::LocalHost, m_target); });
    }
}

void LossyRelay::relay(QTcpSocket *from, QTcpSocket *to)
{
    const auto direction = std::make_shared<Direction>(Direction{from, to, {}, false});
    connect(from, &QTcpSocket::readyRead, to, [this, direction] {
        direction->queue += direction->from->readAll();
        pump(direction);
    });
    connect(to, &QTcpSocket::connected, from, [this, direction] { pump(direction); });
    connect(from, &QTcpSocket::disconnected, this, [this, direction] {
        direction->from->deleteLater();
        direction->from = nullptr;
        pump(direction);
    });
    connect(to, &QTcpSocket::disconnected, this, [direction] { direction->to = nullptr; });
    connect(to, &QTcpSocket::errorOccurred, this, [direction] {
        if (direction->from && direction->to && direction->to->state() == QAbstractSocket::UnconnectedState)
            direction->from->abort();
    });
}

void LossyRelay::pump(const std::shared_ptr<Direction> &direction)
{
    while (!direction->waiting && direction->to &&
           direction->to->state() == QAbstractSocket::ConnectedState && !direction->queue.isEmpty()) {
        const QByteArray segment = direction->queue.first(std::min(kSegmentBytes, direction->queue.size()));
        direction->queue.remove(0, segment.size());
        const auto held = delay(kFirstDelay);
        if (held == 0ms) {
            direction->to->write(segment);
            continue;
        }
        direction->waiting = true;
        QTimer::singleShot(held, this, [this, direction, segment] {
            direction->waiting = false;
            if (direction->to)
                direction->to->write(segment);
            pump(direction);
        });
    }
    if (!direction->from && direction->to && !direction->waiting && direction->queue.isEmpty())
        direction->to->disconnectFromHost();
}

}  // namespace holdline::test
