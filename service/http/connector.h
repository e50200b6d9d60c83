// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/addresschoice.h"

#include <QBasicTimer>
#include <QHostAddress>
#include <QHostInfo>
#include <QList>
#include <QObject>
#include <QString>

#include <chrono>
#include <list>

namespace holdline::http {

/// The reason why no connection was made.
enum class ConnectError {
    NameNotFound,
    Refused,
    Reset,  ///< the peer accepted and reset at once
    TimedOut,
    Unroutable,
    Prohibited,      ///< forbidden by this machine, e.g. a firewall
    OutOfResources,  ///< no descriptor or no memory left
    Other,
};
struct ConnectFailure
{
    ConnectError error = ConnectError::Other;
    QString text;  ///< for logs and messages
};

/// Makes one TCP connection without blocking. Looks up the name and tries its addresses in turn (RFC 8305,
/// Happy Eyeballs): an address that neither accepts nor refuses within kHeadStart gets company from the next
/// one. The first that accepts wins. See connectOrder() for the order. Sets no time limit. QHostInfo caches a
/// name for one minute.
///
/// QTcpSocket::connectToHost() (Qt 6.4.2) is not used because of a fault. When the peer resets the connection
/// before the event loop sees it established, QTcpSocket connects again without a pause. It repeats this as
/// long as the peer resets.
///
/// Life: start() ends with connected() or failed(). Both may come from inside start(). stop() and the
/// destructor end it without a signal. After the end, also inside these signals, start() may be called again.
/// Do not destroy it inside its own signals. Thread: the thread that made it.
class Connector : public QObject
{
    Q_OBJECT

public:
    /// The time an address has for itself (RFC 8305, 5).
    static constexpr std::chrono::milliseconds kHeadStart{250};

    explicit Connector(QObject *parent = nullptr);
    ~Connector() override;

    /// Names are tried first at the address in `memory`, which learns the one that worked. Must outlive the
    /// connector.
    void setMemory(AddressMemory *memory) { m_memory = memory; }

    void start(const QString &host, quint16 port);
    /// `addresses` holds at least one address.
    void start(const QList<QHostAddress> &addresses, quint16 port);
    /// Ends the attempt without a signal. Does nothing when no attempt runs.
    void stop();

Q_SIGNALS:
    /// `descriptor` is connected, non-blocking and has TCP_NODELAY. The receiver owns it.
    void connected(int descriptor);
    /// Every address failed. `failure` describes the last one.
    void failed(const holdline::http::ConnectFailure &failure);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    struct Attempt;
    using Attempts = std::list<Attempt>;

    void onLookedUp(const QHostInfo &info);
    void tryNext();
    bool begin(const QHostAddress &address);
    void onWritable(int descriptor);
    void succeed(Attempts::iterator attempt);
    void end(Attempts::iterator attempt);
    void endAll();

    AddressMemory *m_memory = nullptr;
    QString m_host;
    quint16 m_port = 0;
    int m_lookup = -1;
    int m_error = 0;                  ///< errno of the last attempt that failed
    QList<QHostAddress> m_addresses;  ///< not tried yet
    QBasicTimer m_headStart;
    Attempts m_attempts;  ///< in progress
    Attempts m_spare;     ///< ended; their notifiers may be on the stack and are used again
};

}  // namespace holdline::http
