// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <chrono>
#include <memory>
#include <random>

namespace holdline::test {

/// Imitates packet loss where real packets cannot be lost. This relay on loopback cuts the stream into
/// segments. It delays each one, and all behind it, with the given probability, for TCP's retransmission time
/// (200 ms, doubled for each further loss). A connection whose first packet is "lost" is made a second later.
/// As with TCP, no byte is missing or out of order. It does not test the kernel's TCP.
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
    /// How long a segment is delayed; 0 for no delay.
    std::chrono::milliseconds delay(std::chrono::milliseconds first);

    QTcpServer m_server;
    quint16 m_target = 0;
    std::mt19937 m_random;
    std::bernoulli_distribution m_isLost;
    int m_carried = 0;
    int m_lost = 0;
};

}  // namespace holdline::test
