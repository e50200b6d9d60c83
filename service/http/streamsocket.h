// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSocketNotifier>
#include <QString>

#include <memory>
#include <optional>
#include <span>

namespace holdline::http {

class TlsStream;
struct TlsFailure;

/// A connected TCP socket, accepted by ListeningSocket or connected by Connector. QTcpSocket does not fit,
/// for four reasons:
///  - It disconnects when it reads a FIN and loses every response after that. But a client may send its
///  request, close its sending side and wait.
///  - It reports an RST like a FIN, so that half a response looks complete.
///  - It does not tell how many bytes of a failed write were sent.
///  - It needs buffers and two more notifiers for each idle connection. This class needs a descriptor.
///
/// Life: owns the descriptor and closes it. Calls its user only from the event loop, never inside a function
/// of this class. The user may then close the socket but not destroy it. Thread: the thread that made it.
class StreamSocket
{
public:
    /// Receives the events of a socket. Virtual calls instead of signals save memory: one user, thousands of
    /// sockets.
    class User
    {
    public:
        virtual void socketReadable() = 0;
        /// The kernel took some of the unsent bytes.
        virtual void socketWritten() {}
        /// The TLS handshake succeeded. What is written now leaves together with the end of the handshake.
        virtual void socketSecured() {}
        /// A write failed, or the peer broke the connection. The connection is dead.
        virtual void socketFailed() = 0;

    protected:
        ~User() = default;
    };

    /// `descriptor` must be non-blocking. `user` must outlive the socket.
    StreamSocket(User &user, qintptr descriptor);
    ~StreamSocket();
    StreamSocket(const StreamSocket &) = delete;
    StreamSocket &operator=(const StreamSocket &) = delete;

    /// From now on speaks TLS. Ends with socketSecured() or socketFailed(). Nothing may be written before.
    void startTls(std::unique_ptr<TlsStream> tls);
    /// Why TLS failed. Null without TLS and before a failure.
    const TlsFailure *tlsFailure() const;

    enum class Received {
        Bytes,
        Nothing,
        Finished,  ///< the peer sent its FIN; with TLS its close_notify
        Failed     ///< an RST or another error; with TLS also a FIN without close_notify
    };
    /// Reads at most `room.size()` available bytes. `count` returns their number.
    Received receive(std::span<char> room, qsizetype &count);
    /// Discards at most `most` available bytes. `count` returns their number. The system drops those of a TCP
    /// connection without copying them.
    Received discard(qsizetype most, qsizetype &count);
    /// True when the connection is open and has nothing to read. One `recv(MSG_PEEK)`: an unread byte or a
    /// FIN makes it false. With TLS it takes in what is not data, e.g. session tickets.
    bool hasNothingToRead() const;
    /// Enables or disables socketReadable(). Enabled at first. The call repeats until all is read, also a
    /// FIN.
    void setReading(bool reading);
    /// From now on a broken connection is reported by socketFailed() while reading is disabled too. For a
    /// connection that is not read after the peer's FIN.
    void watchForBreak();

    /// Gives bytes to the kernel at once and stores the bytes it does not take, without a copy when nothing
    /// was stored before. False when the connection is dead. In that case the kernel took none of `bytes`.
    /// `begun` returns whether it took any.
    bool write(const QByteArray &bytes, bool *begun = nullptr);
    /// Bytes that the kernel has not taken. With TLS the encrypted ones count as they are.
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent + (m_tls ? tlsUnsent() : 0); }
    /// The memory that the unsent bytes need.
    qint64 unsentMemory() const { return m_unsent.capacity() + (m_tls ? tlsMemory() : 0); }

    /// Sends a FIN, with TLS after a close_notify. Reading goes on. Only allowed when bytesToWrite() is 0.
    void finishSending();
    /// Closes. With TLS sends a close_notify before, if nothing else is unsent.
    void close();
    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }
    /// The last error, for logs and messages.
    QString errorString() const;
    /// Closes with an RST.
    void sendReset();

    /// The other end, "127.0.0.1:54321".
    QByteArray peer() const;

private:
    /// Calls a member function directly instead of emitting a signal.
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

    void readable();
    void flush();
    void checkForBreak();
    bool sendSome(QByteArrayView bytes, qsizetype &taken);
    Received receivedOf(ssize_t result, qsizetype &count);
    void store(const QByteArray &bytes, qsizetype taken);
    void enableWriteNotifier();

    // With TLS.
    void readableTls();
    void shakeHands();
    void flushTls();
    void afterTls();
    void readAgainLater();
    Received receiveTls(std::span<char> room, qsizetype &count);
    bool writeTls(const QByteArray &bytes, bool *begun);
    qint64 tlsUnsent() const;
    qint64 tlsMemory() const;
    void closeDescriptor();

    User &m_user;
    int m_descriptor;
    int m_error = 0;  ///< errno
    Notifier m_readNotifier;
    std::optional<Notifier> m_writeNotifier;    ///< exists once bytes had to be stored
    std::unique_ptr<Notifier> m_breakNotifier;  ///< exists after watchForBreak(), which few sockets need
    QByteArray m_unsent;
    qsizetype m_sent = 0;              ///< bytes of m_unsent already sent
    std::unique_ptr<TlsStream> m_tls;  ///< null for a plain connection
};

}  // namespace holdline::http
