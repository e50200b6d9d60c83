// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSocketNotifier>
#include <QString>

#include <optional>
#include <span>

namespace holdline::http {

/// A connected TCP socket, accepted (Listener) or connected (Connector). QTcpSocket is of no use for either
/// side: it disconnects when it reads a FIN, and whatever is answered after that is lost, while a client may
/// well send its request, shut down its sending side and wait; it takes an RST for a FIN, which makes a whole
/// answer out of half a one; and it does not tell how much of a write that failed was taken. Also it keeps
/// buffers and two more notifiers for each idle connection; this keeps a descriptor.
///
/// Life: owns the descriptor and closes it. Its user is called from the event loop only, never from inside a
/// function of this class, and may close it then, but not destroy it.
class StreamSocket
{
public:
    /// Whose socket it is. Plain calls and no signals: there is one of them, and thousands of sockets.
    class User
    {
    public:
        virtual void socketReadable() = 0;
        /// Some of what was kept has been taken.
        virtual void socketWritten() {}
        /// Writing failed: the connection is dead.
        virtual void socketFailed() = 0;

    protected:
        ~User() = default;
    };

    /// `descriptor` must be non-blocking; `user` must outlive the socket.
    StreamSocket(User &user, qintptr descriptor);
    ~StreamSocket();
    StreamSocket(const StreamSocket &) = delete;
    StreamSocket &operator=(const StreamSocket &) = delete;

    enum class Received {
        Bytes,
        Nothing,
        Finished,  ///< the peer's FIN
        Failed     ///< an RST or another error
    };
    /// Reads what is there, at most `room.size()` bytes; `count` says how many.
    Received receive(std::span<char> room, qsizetype &count);
    /// Reads some of what is there and forgets it.
    void discard();
    /// Asks the system: open, and neither bytes nor an end have come that the event loop has not told yet.
    bool isQuiet() const;
    /// Whether socketReadable() is wanted; it is at first. It repeats until all is read, a FIN included.
    void setReading(bool reading);

    /// Hands bytes to the kernel at once and keeps what it does not take. False when the connection is dead:
    /// then nothing of `bytes` was taken.
    bool write(const QByteArray &bytes);
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent; }

    /// Sends a FIN; reading goes on. Only when bytesToWrite() is 0.
    void finishSending();
    void close();
    bool isOpen() const { return m_descriptor >= 0; }
    /// What went wrong last, for people.
    QString errorString() const;
    /// Closes with an RST.
    void sendReset();

    /// The other end, "127.0.0.1:54321".
    QByteArray peer() const;

private:
    /// Calls what a QSocketNotifier would emit a signal for.
    class Notifier final : public QSocketNotifier
    {
    public:
        Notifier(StreamSocket &socket, Type type, void (StreamSocket::*call)());

    protected:
        bool event(QEvent *event) override;

    private:
        StreamSocket &m_socket;
        void (StreamSocket::*m_call)();
    };

    void readable() { m_user.socketReadable(); }
    void flush();
    bool sendSome(QByteArrayView bytes, qsizetype &taken);

    User &m_user;
    int m_descriptor;
    int m_error = 0;  ///< errno
    Notifier m_readNotifier;
    std::optional<Notifier> m_writeNotifier;  ///< only while something is kept
    QByteArray m_unsent;
    qsizetype m_sent = 0;  ///< of m_unsent
};

}  // namespace holdline::http
