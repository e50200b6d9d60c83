// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <vector>

namespace holdline::soak {

/// A relay on loopback between two programs, which can take the peer behind it away. Bytes that it has are
/// never lost while it passes them or stalls.
///
/// Construct, setTarget(), listen(). Lives in one thread.
class Relay : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Passes,
        Refuses,  ///< as if the process had been killed: connections are reset, and nothing listens
        Resets,   ///< connections are reset, new ones as soon as they are accepted
        Stalls    ///< connections are accepted and nothing is passed on, until the state changes
    };

    explicit Relay(QObject *parent = nullptr);
    ~Relay() override;

    void setTarget(quint16 port) { m_target = port; }
    /// Listens on a port that the system picks. Returns false on failure.
    bool listen();
    quint16 port() const { return m_port; }
    void setState(State state);

private:
    struct Pair
    {
        QTcpSocket *near = nullptr;
        QTcpSocket *far = nullptr;
    };

    void accept();
    void pump(QTcpSocket &from, QTcpSocket &to) const;
    void pumpAll();
    void remove(QTcpSocket *near);
    void resetAll();

    QTcpServer m_server;
    quint16 m_target = 0;
    quint16 m_port = 0;
    State m_state = State::Passes;
    std::vector<Pair> m_pairs;
};

}  // namespace holdline::soak
