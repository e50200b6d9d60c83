// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/tlsfailure.h"

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct bio_method_st;
struct bio_st;
struct ssl_st;

namespace holdline::http {

struct SslFree
{
    void operator()(ssl_st *ssl) const;
};
using SslHandle = std::unique_ptr<ssl_st, SslFree>;

/// The TLS record layer of one connection, for clients and servers: OpenSSL over a non-blocking socket.
/// Certificates, host names and events are handled elsewhere. StreamSocket calls this class.
///
/// Encrypted bytes are collected in a buffer and sent with one send() at the end of each call. So OpenSSL
/// never waits for the kernel, and no write has to be repeated with the same bytes. The buffer holds little
/// more than kMostUnsent bytes.
///
/// Does not own the descriptor. Used by one thread.
class TlsStream
{
public:
    enum class Status {
        Done,
        Again,     ///< the kernel has nothing to read; unsent bytes need flush()
        Finished,  ///< the peer sent close_notify
        Failed,    ///< see failure(); the connection cannot be used any more
    };

    /// `ssl` must have its role (client or server) and its verification rules already.
    TlsStream(SslHandle ssl, int descriptor);
    ~TlsStream();
    TlsStream(const TlsStream &) = delete;
    TlsStream &operator=(const TlsStream &) = delete;

    /// Continues the handshake. After Done its last bytes may still be unsent. They are sent together with
    /// the first data, or by flush().
    Status handshake();
    /// True after the handshake.
    bool isReady() const { return m_ready; }

    /// Reads application data into `room`. `count` returns the number of bytes read, at least one when Done.
    /// After the end of the stream, every call returns Finished or Failed.
    Status read(std::span<char> room, qsizetype &count);
    /// True when data or the end of the stream may be left in OpenSSL's buffers after the last read(). The
    /// kernel does not announce those, so read() must be called again.
    bool hasMore() const { return m_hasMore || m_end.has_value(); }
    /// True when the connection is open and has no data to read. Also processes records without application
    /// data, such as session tickets.
    bool isQuiet();

    /// Encrypts and sends as much of `bytes` as the buffer and the kernel take. `taken` returns the number of
    /// bytes encrypted. Failed means that the kernel took nothing during this call; the stream must not be
    /// used any more.
    Status write(QByteArrayView bytes, qsizetype &taken);
    /// Sends the buffered encrypted bytes. Returns false when the connection is broken.
    bool flush();
    /// The number of encrypted bytes that the kernel has not taken.
    qsizetype unsent() const { return m_out.size() - m_outSent; }
    qsizetype unsentMemory() const { return m_out.capacity(); }
    /// The number of encrypted bytes that the kernel has taken.
    std::uint64_t sentBytes() const { return m_sentBytes; }

    /// Sends close_notify if nothing else is unsent and no failure has occurred.
    void sendCloseNotify();

    /// The reason for Status::Failed. Empty before a failure.
    const std::optional<TlsFailure> &failure() const { return m_failure; }
    ssl_st *handle() const { return m_ssl.get(); }

    /// How many records without application data a peer may send in a row: tickets, key updates, empty
    /// records.
    static constexpr int kMostRecordsWithoutData = 32;
    /// With this many encrypted bytes unsent, write() encrypts no more.
    static constexpr qsizetype kMostUnsent = 64 * 1024;

private:
    struct Bio;
    Status statusOf(int result);
    Status fail(const TlsFailure &failure);
    Status failForRecords();
    TlsFailure describe() const;
    QString during(const QString &text) const;

    SslHandle m_ssl;
    int m_descriptor;
    int m_readError = 0;  ///< errno of the last failed recv()
    int m_recordsWithoutData = 0;
    bool m_ready = false;
    bool m_hasMore = false;
    bool m_sawFin = false;
    bool m_sendFailed = false;    ///< send() failed; bytes that arrived before can still be read
    std::optional<Status> m_end;  ///< the end of receiving: Finished or Failed
    std::optional<TlsFailure> m_failure;
    QByteArray m_out;
    qsizetype m_outSent = 0;
    std::uint64_t m_sentBytes = 0;
};

}  // namespace holdline::http
