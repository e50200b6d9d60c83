// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/upstream/origin.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QNetworkReply>
#include <QObject>

class QSocketNotifier;

namespace holdline {

/// How a request failed below HTTP.
struct PoolFailure
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString text;
    QByteArray proxyStatus;  ///< RFC 9209, section 2.3
};

/// Makes one TCP connection without blocking: looks the name up (QHostInfo, which remembers names for a
/// minute) and tries its addresses in order until one accepts. It has no time limit of its own.
///
/// QTcpSocket's own connectToHost() is not used: when the peer resets the connection before the event loop
/// has seen it established, it connects again, and again, for as long as the peer does so, at full speed
/// (6.4.2).
///
/// Life: start() once; ends with connected() or failed(), or silently with stop() or when it is destroyed.
/// Both may come from within start().
class Connector : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    ~Connector() override;

    void start(const Origin &origin);
    /// Ends it silently; a second time does nothing.
    void stop();

Q_SIGNALS:
    /// A connected, non-blocking descriptor; the receiver owns it.
    void connected(int descriptor);
    void failed(const holdline::PoolFailure &failure);

private:
    void onLookedUp(const QHostInfo &info);
    void tryNext();
    void onWritable();
    void failAttempt(int error);
    void dropNotifier();

    quint16 m_port = 0;
    int m_lookup = -1;
    QList<QHostAddress> m_addresses;
    int m_descriptor = -1;
    QSocketNotifier *m_notifier = nullptr;  ///< child; only while connecting
};

}  // namespace holdline
