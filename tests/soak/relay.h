// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <vector>

namespace holdline::soak {

/// A relay on loopback between two programs. It can make the target unreachable. While it passes bytes on or
/// stalls, it loses no bytes.
///
/// Construct it, then call setTarget() and listen(). Thread: one, with an event loop.
class Relay : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Passes,
        Refuses,  ///< as if the target had been killed: connections are reset, and none is accepted
        Resets,   ///< connections are reset, new ones as soon as they are accepted
        Stalls    ///< connections are accepted, but no bytes are passed on until the state changes
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
