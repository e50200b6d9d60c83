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

/// The TLS record layer of one connection, for clients and servers: OpenSSL over a non-blocking socket. It
/// knows nothing of certificates, names and events. StreamSocket drives it.
///
/// Encrypted bytes collect in a buffer and leave in one send() at the end of each call. So OpenSSL never
/// waits for the kernel, and no write has to be repeated with the same bytes. The buffer holds little more
/// than kMostUnsent bytes.
///
/// Does not own the descriptor. Lives in one thread.
class TlsStream
{
public:
    enum class Status {
        Done,
        Again,     ///< the kernel has nothing to read; flush() what is unsent
        Finished,  ///< the peer sent close_notify
        Failed,    ///< see failure(); the connection is dead
    };

    /// `ssl` has its role and its rules already.
    TlsStream(SslHandle ssl, int descriptor);
    ~TlsStream();
    TlsStream(const TlsStream &) = delete;
    TlsStream &operator=(const TlsStream &) = delete;

    /// Continues the handshake. After Done its last bytes may still be unsent. So they leave together with
    /// the first data, or by flush().
    Status handshake();
    bool isReady() const { return m_ready; }

    /// Reads data into `room`. Done: at least one byte. After the end it repeats Finished or Failed.
    Status read(std::span<char> room, qsizetype &count);
    /// True when the last read() left data or an end here, which the kernel does not announce.
    bool hasMore() const { return m_hasMore || m_end.has_value(); }
    /// True when the connection is open and has no data. Takes in what is not data, such as session tickets.
    bool isQuiet();

    /// Encrypts and sends as much of `bytes` as the buffer and the kernel take. `taken` returns the number.
    /// Failed: the kernel has taken nothing since the call, and the stream must not be used any more.
    Status write(QByteArrayView bytes, qsizetype &taken);
    /// Sends encrypted bytes that wait. False when the connection is dead.
    bool flush();
    /// Encrypted bytes that the kernel has not taken.
    qsizetype unsent() const { return m_out.size() - m_outSent; }
    qsizetype unsentMemory() const { return m_out.capacity(); }
    /// Encrypted bytes that the kernel has taken.
    std::uint64_t sentBytes() const { return m_sentBytes; }

    /// Sends close_notify if nothing else is unsent and the connection is alive.
    void sendCloseNotify();

    /// The reason of Failed. Empty before.
    const std::optional<TlsFailure> &failure() const { return m_failure; }
    ssl_st *handle() const { return m_ssl.get(); }

    /// Records without data in a row that a peer may send: tickets, key updates, empty records.
    static constexpr int kMostRecordsWithoutData = 32;
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
    bool m_sendFailed = false;    ///< what came before can still be read
    std::optional<Status> m_end;  ///< of receiving: Finished or Failed
    std::optional<TlsFailure> m_failure;
    QByteArray m_out;
    qsizetype m_outSent = 0;
    std::uint64_t m_sentBytes = 0;
};

}  // namespace holdline::http
