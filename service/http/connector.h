// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QHostInfo>
#include <QList>
#include <QObject>
#include <QSocketNotifier>
#include <QString>

namespace holdline::http {

/// Why there is no connection.
enum class ConnectError {
    NameNotFound,
    Refused,
    Reset,  ///< accepted and broken at once
    TimedOut,
    Unroutable,
    Prohibited,      ///< by this machine
    OutOfResources,  ///< no descriptor, no memory
    Other,
};
struct ConnectFailure
{
    ConnectError error = ConnectError::Other;
    QString text;  ///< for people
};

/// Makes one TCP connection without blocking: looks the name up (QHostInfo, which remembers names for a
/// minute) and tries its addresses in order until one accepts. It has no time limit of its own.
///
/// QTcpSocket's own connectToHost() is not used: when the peer resets the connection before the event loop
/// has seen it established, it connects again, and again, for as long as the peer does so, at full speed
/// (6.4.2).
///
/// Life: a start() ends with connected() or failed(), or silently with stop() or when it is destroyed. Both
/// may come from within start(). Once it has ended, also inside these signals, it can be started again; it
/// must not be destroyed inside them.
class Connector : public QObject
{
    Q_OBJECT

public:
    explicit Connector(QObject *parent = nullptr);
    ~Connector() override;

    void start(const QString &host, quint16 port);
    /// At least one address.
    void start(const QList<QHostAddress> &addresses, quint16 port);
    /// Ends it silently; a second time does nothing.
    void stop();

Q_SIGNALS:
    /// A connected, non-blocking descriptor with TCP_NODELAY; the receiver owns it.
    void connected(int descriptor);
    /// Every address has failed; this is what the last one said.
    void failed(const holdline::http::ConnectFailure &failure);

private:
    void onLookedUp(const QHostInfo &info);
    void tryNext();
    void onWritable();
    void failAttempt(int error);

    quint16 m_port = 0;
    int m_lookup = -1;
    QList<QHostAddress> m_addresses;  ///< that were not tried yet
    int m_descriptor = -1;
    QSocketNotifier m_notifier;
};

}  // namespace holdline::http
