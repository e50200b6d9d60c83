// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>
#include <QTcpServer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace holdline::http {

/// Turns "::" into the address by which Qt means all addresses, of IPv4 too. On a system without IPv6 that is
/// IPv4 alone.
QHostAddress withBothFamilies(const QHostAddress &address);

/// A listening socket with its own accept loop. QTcpServer opens and binds it. But when descriptors run out,
/// QTcpServer (6.4) retries at once and forever. This class pauses instead. Used by one thread.
class ListeningSocket : public QTcpServer
{
    Q_OBJECT

public:
    /// `accepted` takes ownership of the descriptor. `starved` is called when accept(2) fails, e.g. without
    /// free descriptors.
    ListeningSocket(std::function<void(qintptr)> accepted, std::function<void()> starved);

    /// "::" listens at all addresses, of IPv4 too.
    bool start(const QHostAddress &address, quint16 port, int backlog);
    /// Sets SO_REUSEPORT, so that startBeside() can join this address. Returns the descriptor for it. Called
    /// after the address was taken, so that no other process can have it.
    std::optional<qintptr> shareAddress();
    /// Takes over a socket that listens already, and its descriptor.
    bool startOn(qintptr descriptor);
    /// Listens at the address of the listener with the descriptor `shared`.
    bool startBeside(qintptr shared, int backlog);
    QString errorText() const { return m_systemError.isEmpty() ? errorString() : m_systemError; }
    void stop();
    /// For connections that are accepted later. Only while it listens.
    void setKeepAlive(std::chrono::seconds silence);

    bool isStarved() const { return m_starved; }
    /// Accepts again after `starved` was called.
    void retry();

    static constexpr int kAcceptsPerTurn = 128;

private:
    void watch();
    void acceptSome();

    std::function<void(qintptr)> m_accepted;
    std::function<void()> m_onStarved;
    std::unique_ptr<QSocketNotifier> m_notifier;
    bool m_starved = false;
    QString m_systemError;  ///< an error of a call that QTcpServer did not make
};

}  // namespace holdline::http
