// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>
#include <QTcpServer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace holdline::http {

/// Replaces "::" by QHostAddress::Any, with which Qt listens at all IPv6 and IPv4 addresses. On a system
/// without IPv6, Qt then listens at IPv4 alone. Returns other addresses unchanged.
QHostAddress withBothFamilies(const QHostAddress &address);

/// A listening socket with its own accept loop. QTcpServer opens and binds the socket. The accept loop of
/// QTcpServer (6.4) is not used: when descriptors run out, it retries at once and forever. This class pauses
/// instead. Used by one thread.
class ListeningSocket : public QTcpServer
{
    Q_OBJECT

public:
    /// `accepted` is called with each accepted descriptor and takes ownership of it. `starved` is called when
    /// accept(2) fails, e.g. without free descriptors.
    ListeningSocket(std::function<void(qintptr)> accepted, std::function<void()> starved);

    /// Listens at `address`. "::" means all IPv6 and IPv4 addresses. With port 0 the system chooses a port.
    /// Returns false on failure: see errorText().
    bool start(const QHostAddress &address, quint16 port, int backlog);
    /// Sets SO_REUSEPORT, so that startBeside() can listen at the same address. Returns the descriptor for
    /// startBeside(), or nothing on failure. Call this after start(), which made sure that no other process
    /// has the address.
    std::optional<qintptr> shareAddress();
    /// Takes over a socket that listens already. Owns `descriptor` afterwards, also on failure. Returns false
    /// on failure: see errorText().
    bool startOn(qintptr descriptor);
    /// Opens another socket at the address of the listening socket `shared`. Returns false on failure: see
    /// errorText().
    bool startBeside(qintptr shared, int backlog);
    QString errorText() const { return m_systemError.isEmpty() ? errorString() : m_systemError; }
    void stop();
    /// Sets TCP keep-alive for connections that are accepted later, see http::setKeepAlive(). Does nothing
    /// when the socket does not listen.
    void setKeepAlive(std::chrono::seconds silence);

    /// True while accepting pauses because accept(2) failed.
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
    QString m_systemError;  ///< error text of a system call that QTcpServer did not make
};

}  // namespace holdline::http
