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

/// Makes one TCP connection without blocking. Looks up the host name and tries its addresses in turn (RFC
/// 8305, Happy Eyeballs). When an address neither accepts nor refuses within kHeadStart, the next address is
/// tried at the same time. The first address that accepts is used. See connectOrder() for the order. Sets no
/// time limit of its own. QHostInfo caches the addresses of a name for one minute.
///
/// QTcpSocket::connectToHost() (Qt 6.4.2) is not used because of a fault. When the peer resets the connection
/// before the event loop sees it established, QTcpSocket connects again without a pause. It repeats this as
/// long as the peer resets.
///
/// Lifetime: each start() ends with connected() or failed(), which may be emitted inside start(). stop() and
/// the destructor end the attempt without a signal. Afterwards, also inside these signals, start() may be
/// called again. Do not destroy the connector inside its own signals. Thread: used by the thread that made
/// it.
class Connector : public QObject
{
    Q_OBJECT

public:
    /// How long one address is tried alone, before the next one is tried too (RFC 8305, 5).
    static constexpr std::chrono::milliseconds kHeadStart{250};

    explicit Connector(QObject *parent = nullptr);
    ~Connector() override;

    /// Sets the memory of addresses that worked. A host name is tried first at its address in `memory`. When
    /// a connection is made, `memory` remembers its address. `memory` must outlive the connector and may be
    /// null.
    void setMemory(AddressMemory *memory) { m_memory = memory; }

    /// Connects to `host`, which is a name or an address.
    void start(const QString &host, quint16 port);
    /// Connects to one of `addresses`, which must not be empty.
    void start(const QList<QHostAddress> &addresses, quint16 port);
    /// Ends the attempt without a signal. Does nothing when no attempt runs.
    void stop();

Q_SIGNALS:
    /// The connection was made. `descriptor` is non-blocking and has TCP_NODELAY. The receiver owns it.
    void connected(int descriptor);
    /// The name was not found, or every address failed. `failure` describes the last error.
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
    QList<QHostAddress> m_addresses;  ///< addresses not tried yet
    QBasicTimer m_headStart;
    Attempts m_attempts;  ///< attempts in progress
    Attempts m_spare;     ///< ended attempts, kept for reuse; their notifiers may be on the stack
};

}  // namespace holdline::http
