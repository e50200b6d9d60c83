// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <chrono>
#include <memory>
#include <random>

namespace holdline::test {

/// A relay on loopback that imitates packet loss where real packets cannot be lost. The relay cuts the stream
/// into segments. With the given probability it delays a segment, and all segments behind it, for TCP's
/// retransmission time (200 ms, doubled for each further loss). A new connection is delayed by one second in
/// the same way. As with TCP, no byte is missing or out of order. The relay does not test the kernel's TCP.
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
    /// Returns how long the next segment is delayed; 0 for no delay. `first` is the delay after one loss.
    std::chrono::milliseconds delay(std::chrono::milliseconds first);

    QTcpServer m_server;
    quint16 m_target = 0;
    std::mt19937 m_random;
    std::bernoulli_distribution m_isLost;
    int m_carried = 0;
    int m_lost = 0;
};

}  // namespace holdline::test
