// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>
#include <QTcpSocket>

namespace holdline {

/// The socket QHttpServer believes it serves: no descriptor behind it. Whole requests are fed in; what is
/// written to it goes nowhere. It exists because a QHttpServerResponder keeps a raw pointer to its socket:
/// this one lives until the responder is gone, whatever the client does.
///
/// Life: any number of requests of any clients, one after the other. Owned by its parent until QHttpServer
/// takes it over; ended by retire(), never by delete.
class VirtualSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit VirtualSocket(QObject *parent);

    /// Lets QHttpServer read `request`, which calls its route from inside.
    void feed(const QByteArray &request);
    /// Frees the memory that reading took; for a socket that will not be fed for a while.
    void freeReadBuffer();
    /// Has QHttpServer let go of it, and itself deleted, as soon as no responder refers to it.
    void retire();

    /// A lie: QHttpServer reads byte by byte inside a transaction, and on a sequential device QIODevice peeks
    /// at each of them through its ring buffer, which takes ten times as long.
    bool isSequential() const override { return false; }
    /// Asked for when a random-access device is read at another place than before, which never happens.
    bool seek(qint64) override { return false; }
    qint64 bytesAvailable() const override;
    /// QHttpServer calls this for requests it cannot read. None of ours; the caller sees that no route was
    /// called.
    void disconnectFromHost() override {}

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64 size) override { return size; }

private:
    QByteArray m_input;
    qsizetype m_inputPos = 0;
};

/// Hands InnerSockets to a QHttpServer the way a QTcpServer hands over accepted sockets.
class VirtualServer : public QTcpServer
{
    Q_OBJECT

public:
    /// Bound to `bind(this)`: QHttpServer (6.8) binds listening servers only, so it listens for that moment.
    template <typename Bind>
    bool bindBy(Bind bind)
    {
        if (!listen(QHostAddress::LocalHost, 0))
            return false;
        bind(this);
        close();
        return true;
    }

    /// A new socket that QHttpServer has taken over.
    VirtualSocket *open();

    bool hasPendingConnections() const override { return m_pending != nullptr; }
    QTcpSocket *nextPendingConnection() override { return std::exchange(m_pending, nullptr); }

private:
    QTcpSocket *m_pending = nullptr;
};

}  // namespace holdline
