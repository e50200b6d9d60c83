// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <chrono>
#include <memory>
#include <random>

namespace holdline::test {

/// What lost packets look like to programs, where no packets can be lost for real: a relay on loopback that
/// cuts the stream into segments and holds each one back with the given probability, and all behind it, for
/// as long as TCP takes to send it again (200 ms, doubled for each further loss). A connection whose first
/// packet is "lost" is made a second later. Nothing is ever missing or out of order, as with TCP; it says
/// nothing about the kernel's TCP.
class LossyRelay : public QObject
{
    Q_OBJECT

public:
    LossyRelay(double loss, unsigned seed, QObject *parent = nullptr);
    ~LossyRelay() override;

    quint16 port() const { return m_server.serverPort(); }
    void setTarget(quint16 port) { m_target = port; }

    int carried() const { return m_carried; }
    int lost() const { return m_lost; }

private:
    struct Direction
    {
        QTcpSocket *from = nullptr;
        QTcpSocket *to = nullptr;
        QByteArray queue;
        bool waiting = false;
    };
    void accept();
    void relay(QTcpSocket *from, QTcpSocket *to);
    void pump(const std::shared_ptr<Direction> &direction);
    /// How long a segment is held back; 0: not at all.
    std::chrono::milliseconds delay(std::chrono::milliseconds first);

    QTcpServer m_server;
    quint16 m_target = 0;
    std::mt19937 m_random;
    std::bernoulli_distribution m_isLost;
    int m_carried = 0;
    int m_lost = 0;
};

}  // namespace holdline::test
