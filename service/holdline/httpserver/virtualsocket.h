// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>
#include <QTcpSocket>

namespace holdline {

/// A socket without a descriptor, from which QHttpServer reads. HttpServer feeds it complete requests. Bytes
/// written to it are discarded. A QHttpServerResponder keeps a raw pointer to its socket. So the socket
/// exists until the responder is destroyed, also when the client is gone.
///
/// Lifetime: serves any number of requests of any clients, one after the other. Its parent owns the socket
/// until QHttpServer takes it over. End it with retire(), never with delete.
class VirtualSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit VirtualSocket(QObject *parent);

    /// Lets QHttpServer read `request`. The route's handler runs inside this call.
    void feed(const QByteArray &request);
    /// Frees the read buffer of a socket that may get no request for a while.
    void freeReadBuffer();
    /// Makes QHttpServer release the socket. The socket deletes itself when no responder refers to it.
    void retire();

    /// Returns false, although the socket is sequential. QHttpServer reads byte by byte inside a transaction.
    /// On a sequential device, QIODevice then peeks each byte through its ring buffer, which takes ten times
    /// as long.
    bool isSequential() const override { return false; }
    /// QIODevice calls seek() when a random-access device is read at another position. QHttpServer never
    /// reads that way.
    bool seek(qint64) override { return false; }
    qint64 bytesAvailable() const override
    {
        return m_input.size() - m_inputPos + QIODevice::bytesAvailable();
    }
    /// Does nothing. QHttpServer calls this for a request that it cannot read. It can read all requests of
    /// the listener, and HttpServer notices when no route was called.
    void disconnectFromHost() override {}

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64 size) override { return size; }

private:
    QByteArray m_input;
    qsizetype m_inputPos = 0;
};

/// A QTcpServer that gives VirtualSockets to a QHttpServer instead of accepted sockets.
class VirtualServer : public QTcpServer
{
    Q_OBJECT

public:
    /// Calls `bind(this)`. QHttpServer (6.8) binds only listening servers, so this server listens during the
    /// call. Returns false when it cannot listen.
    template <typename Bind>
    bool bindBy(Bind bind)
    {
        if (!listen(QHostAddress::LocalHost, 0))
            return false;
        bind(this);
        close();
        return true;
    }

    /// Makes a socket and lets QHttpServer take it over.
    VirtualSocket *open();

    bool hasPendingConnections() const override { return m_pending != nullptr; }
    QTcpSocket *nextPendingConnection() override { return std::exchange(m_pending, nullptr); }

private:
    QTcpSocket *m_pending = nullptr;
};

}  // namespace holdline
