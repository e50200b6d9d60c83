// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

#include <optional>
#include <span>

namespace holdline::http {

/// An accepted TCP socket. QTcpSocket is of no use here: it disconnects when it reads the client's FIN, and
/// whatever is answered after that is lost, while a client may well send its request, shut down its sending
/// side and wait. Also a QTcpSocket keeps buffers and two more notifiers for each idle connection; this keeps
/// a descriptor.
///
/// Life: owns the descriptor and closes it. Signals come from the event loop only, never from inside a call.
class GateSocket : public QObject
{
    Q_OBJECT

public:
    /// `descriptor` must be non-blocking.
    explicit GateSocket(qintptr descriptor, QObject *parent = nullptr);
    ~GateSocket() override;

    enum class Received {
        Bytes,
        Nothing,
        Finished,  ///< the client's FIN
        Failed     ///< an RST or another error
    };
    /// Reads what is there, at most `room.size()` bytes; `count` says how many.
    Received receive(std::span<char> room, qsizetype &count);
    /// Reads some of what is there and forgets it.
    void discard();
    /// Whether readable() is wanted; it is at first. It repeats until all is read, a FIN included.
    void setReading(bool reading);

    /// Hands bytes to the kernel at once and keeps what it does not take. False when the connection is dead.
    bool write(const QByteArray &bytes);
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent; }

    /// Sends a FIN; reading goes on. Only when bytesToWrite() is 0.
    void finishSending();
    void close();
    /// Closes with an RST.
    void sendReset();

    /// The other end, "127.0.0.1:54321".
    QByteArray peer() const;

Q_SIGNALS:
    void readable();
    /// Some of what was kept has been taken.
    void written();
    /// Writing failed: the connection is dead.
    void failed();

private:
    void flush();
    bool sendSome(QByteArrayView bytes, qsizetype &taken);

    int m_descriptor;
    QSocketNotifier m_readNotifier;
    std::optional<QSocketNotifier> m_writeNotifier;  ///< only while something is kept
    QByteArray m_unsent;
    qsizetype m_sent = 0;  ///< of m_unsent
};

}  // namespace holdline::http
