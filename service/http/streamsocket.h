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
///  - It does not report how many bytes of a failed write were sent.
///  - It needs buffers and two more notifiers for each idle connection than this class.
///
/// Lifetime: owns the descriptor and closes it. Calls its User only from the event loop, never inside a
/// function that the user calls. Inside such a call the user may close the socket but must not destroy it.
/// Thread: used by the thread that made it.
class StreamSocket
{
public:
    /// Receives the events of a socket. Virtual calls instead of signals save memory: one user, thousands of
    /// sockets.
    class User
    {
    public:
        /// The socket has bytes, a FIN or an error to read with receive() or discard().
        virtual void socketReadable() = 0;
        /// The kernel took some of the unsent bytes.
        virtual void socketWritten() {}
        /// The TLS handshake succeeded. Bytes written inside this call are sent together with the end of the
        /// handshake.
        virtual void socketSecured() {}
        /// A write failed, or the connection broke. The connection cannot be used any more.
        virtual void socketFailed() = 0;

    protected:
        ~User() = default;
    };

    /// `descriptor` must be non-blocking. `user` must outlive the socket.
    StreamSocket(User &user, qintptr descriptor);
    ~StreamSocket();
    StreamSocket(const StreamSocket &) = delete;
    StreamSocket &operator=(const StreamSocket &) = delete;

    /// Starts the TLS handshake, which ends with socketSecured() or socketFailed(). Nothing may be written
    /// before socketSecured().
    void startTls(std::unique_ptr<TlsStream> tls);
    /// Returns why TLS failed. Null without TLS and before a failure.
    const TlsFailure *tlsFailure() const;

    enum class Received {
        Bytes,
        Nothing,
        Finished,  ///< the peer sent its FIN; with TLS its close_notify
        Failed     ///< an RST or another error; with TLS also a FIN without close_notify
    };
    /// Reads at most `room.size()` bytes, without waiting. `count` returns the number of bytes read.
    Received receive(std::span<char> room, qsizetype &count);
    /// Discards at most `most` received bytes. `count` returns the number of bytes discarded. Without TLS the
    /// kernel drops the bytes without copying them.
    Received discard(qsizetype most, qsizetype &count);
    /// True when the connection is open and has nothing to read. One `recv(MSG_PEEK)`: an unread byte or a
    /// FIN makes it false. With TLS this function also processes records without application data, e.g.
    /// session tickets.
    bool hasNothingToRead() const;
    /// Enables or disables calls of socketReadable(). Enabled at first. The calls repeat until all bytes and
    /// the FIN are read.
    void setReading(bool reading);
    /// From now on socketFailed() reports a broken connection also while reading is disabled. For a
    /// connection that is not read after the peer's FIN.
    void watchForBreak();

    /// Gives bytes to the kernel at once. Stores the bytes that the kernel does not take, without a copy when
    /// nothing was stored before. Returns false when the connection is closed or broken; the kernel then took
    /// none of `bytes`. `begun` returns whether the kernel took any byte.
    bool write(const QByteArray &bytes, bool *begun = nullptr);
    /// Returns the number of bytes that the kernel has not taken. With TLS, bytes that are already encrypted
    /// count with their encrypted size.
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent + (m_tls ? tlsUnsent() : 0); }
    /// Returns how many bytes of memory the unsent bytes need.
    qint64 unsentMemory() const { return m_unsent.capacity() + (m_tls ? tlsMemory() : 0); }

    /// Sends a FIN, with TLS after a close_notify. Reading stays possible. Only allowed when bytesToWrite()
    /// is 0.
    void finishSending();
    /// Closes the connection. With TLS, sends a close_notify first if nothing else is unsent.
    void close();
    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }
    /// Describes the last error, for logs and messages.
    QString errorString() const;
    /// Closes the connection with an RST.
    void sendReset();

    /// Returns address and port of the peer, e.g. "127.0.0.1:54321". Empty when the socket is closed.
    QByteArray peer() const;

private:
    /// A notifier that calls a member function directly instead of emitting a signal.
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
