// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>
#include <QTcpSocket>

namespace holdline {

/// The socket QHttpServer believes it serves: no descriptor behind it. Whole requests are fed in, the bytes
/// of the answers are taken out. It exists because a QHttpServerResponder keeps a raw pointer to its socket:
/// this one lives until the responder is gone, whatever the client does.
///
/// Life: made with feed() in mind, once per connection of the gate. Owned by its parent until QHttpServer
/// takes it over; ended by retire(), never by delete.
class InnerSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit InnerSocket(QObject *parent);

    /// Lets QHttpServer read `request`, which calls its route from inside. The read buffer is freed after
    /// that.
    void feed(const QByteArray &request);
    /// What has been written since the last call.
    QByteArray takeOutput() { return std::exchange(m_output, {}); }
    /// Has QHttpServer let go of it, and itself deleted, as soon as no responder refers to it.
    void retire();

    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override;
    /// QHttpServer calls this for requests it cannot read. None of ours; the caller sees that no route was
    /// called.
    void disconnectFromHost() override {}

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArray m_input;
    qsizetype m_inputPos = 0;
    QByteArray m_output;
};

/// Hands InnerSockets to a QHttpServer the way a QTcpServer hands over accepted sockets.
class InnerServer : public QTcpServer
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
    InnerSocket *open();

    bool hasPendingConnections() const override { return m_pending != nullptr; }
    QTcpSocket *nextPendingConnection() override { return std::exchange(m_pending, nullptr); }

private:
    QTcpSocket *m_pending = nullptr;
};

}  // namespace holdline
