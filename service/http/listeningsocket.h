// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>
#include <QTcpServer>

#include <functional>
#include <memory>
#include <optional>

namespace holdline::http {

/// A listening socket with an accept loop of its own. QTcpServer opens and binds it; but QTcpServer takes a
/// lack of descriptors for a passing fault and asks again at once, for ever, at full speed. Here accepting
/// pauses then.
class ListeningSocket : public QTcpServer
{
    Q_OBJECT

public:
    /// `accepted` takes over the descriptor; `starved` is called when there was none left.
    ListeningSocket(std::function<void(qintptr)> accepted, std::function<void()> starved);

    bool start(const QHostAddress &address, quint16 port, int backlog);
    /// Allows startBeside() at this address, from now on only (SO_REUSEPORT, set after it was taken alone).
    /// The descriptor to give to it.
    std::optional<qintptr> shareAddress();
    /// Listens at the address of another listener that shares it.
    bool startBeside(qintptr shared, int backlog);
    QString errorText() const;
    void stop();

    bool isStarved() const { return m_starved; }
    /// Accepts again after a lack of descriptors.
    void retry();

    static constexpr int kAcceptsPerTurn = 128;

private:
    void watch();
    void acceptSome();

    std::function<void(qintptr)> m_accepted;
    std::function<void()> m_onStarved;
    std::unique_ptr<QSocketNotifier> m_notifier;
    bool m_starved = false;
    QString m_systemError;  ///< of what QTcpServer has no part in
};

}  // namespace holdline::http
