// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>
#include <QTcpSocket>

namespace holdline {

/// The socket that QHttpServer serves. It has no descriptor. The server feeds it whole requests, and bytes
/// written to it are discarded. A QHttpServerResponder keeps a raw pointer to its socket. So this socket
/// lives until the responder is gone, also when the client leaves.
///
/// Life: serves any number of requests of any clients, one after the other. Its parent owns it until
/// QHttpServer takes it over. Ended by retire(), never by delete.
class VirtualSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit VirtualSocket(QObject *parent);

    /// Lets QHttpServer read `request`. The route's handler runs inside this call.
    void feed(const QByteArray &request);
    /// Frees the read buffer of a socket that gets no request for a while.
    void freeReadBuffer();
    /// Makes QHttpServer release the socket. The socket deletes itself when no responder refers to it.
    void retire();

    /// False, although the socket is sequential. QHttpServer reads byte by byte inside a transaction. On a
    /// sequential device, QIODevice then peeks each byte through its ring buffer, which takes ten times as
    /// long.
    bool isSequential() const override { return false; }
    /// QIODevice calls it when a random-access device is read at another position. That never happens here.
    bool seek(qint64) override { return false; }
    qint64 bytesAvailable() const override
    {
        return m_input.size() - m_inputPos + QIODevice::bytesAvailable();
    }
    /// QHttpServer calls this for a request it cannot read. It can read all requests of the listener, and the
    /// caller sees when no route was called.
    void disconnectFromHost() override {}

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64 size) override { return size; }

private:
    QByteArray m_input;
    qsizetype m_inputPos = 0;
};

/// Gives VirtualSockets to a QHttpServer as a QTcpServer gives accepted sockets.
class VirtualServer : public QTcpServer
{
    Q_OBJECT

public:
    /// Calls `bind(this)`. QHttpServer (6.8) binds only listening servers, so it listens during the call.
    template <typename Bind>
    bool bindBy(Bind bind)
    {
        if (!listen(QHostAddress::LocalHost, 0))
            return false;
        bind(this);
        close();
        return true;
    }

    /// Makes a socket that QHttpServer has taken over.
    VirtualSocket *open();

    bool hasPendingConnections() const override { return m_pending != nullptr; }
    QTcpSocket *nextPendingConnection() override { return std::exchange(m_pending, nullptr); }

private:
    QTcpSocket *m_pending = nullptr;
};

}  // namespace holdline
