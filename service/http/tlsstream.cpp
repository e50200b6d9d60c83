// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/tlsstream.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

bool isTransient(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

QString systemText(int error)
{
    return QString::fromStdString(std::system_category().message(error));
}

/// OpenSSL reports a received alert as this error reason plus the alert's number.
constexpr int kAlertReason = SSL_AD_REASON_OFFSET;

/// With more unsent bytes than this, TLS sends no more answers of its own. Otherwise a peer that requests
/// such answers (key updates) and reads nothing could fill the memory.
constexpr qsizetype kMostBuffered = 4 * TlsStream::kMostUnsent;

}  // namespace

void SslFree::operator()(ssl_st *ssl) const
{
    SSL_free(ssl);
}

/// The BIO between OpenSSL and the socket. The BIO reads from the kernel and writes into the stream's buffer.
struct TlsStream::Bio
{
    static TlsStream &stream(BIO *bio) { return *static_cast<TlsStream *>(BIO_get_data(bio)); }

    static int read(BIO *bio, char *room, int size)
    {
        TlsStream &self = stream(bio);
        BIO_clear_retry_flags(bio);
        // Ends an OpenSSL call that would last as long as the peer sends records without data.
        if (self.m_recordsWithoutData > kMostRecordsWithoutData) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const ssize_t got =
            ::recv(self.m_descriptor, room, static_cast<std::size_t>(std::max(size, 0)), MSG_DONTWAIT);
        if (got > 0)
            return static_cast<int>(got);
        if (got == 0) {
            self.m_sawFin = true;
            return 0;
        }
        if (isTransient(errno))
            BIO_set_retry_read(bio);
        else
            self.m_readError = errno;
        return -1;
    }

    static int write(BIO *bio, const char *bytes, int size)
    {
        TlsStream &self = stream(bio);
        BIO_clear_retry_flags(bio);
        if (self.unsent() > kMostBuffered)
            return -1;
        self.m_out.append(bytes, size);
        return size;
    }

    static long control(BIO *bio, int command, long, void *)
    {
        switch (command) {
            case BIO_CTRL_FLUSH:
                return 1;
            case BIO_CTRL_EOF:
                return stream(bio).m_sawFin ? 1 : 0;
            default:
                return 0;  // this also refuses TLS in the kernel, which would hide how many bytes were sent
        }
    }

    static BIO_METHOD *method()
    {
        static BIO_METHOD *const made = [] {
            BIO_METHOD *all = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "holdline socket");
            BIO_meth_set_read(all, read);
            BIO_meth_set_write(all, write);
            BIO_meth_set_ctrl(all, control);
            return all;
        }();
        return made;
    }

    /// Counts the received records.
    static void sawMessage(int isWritten, int, int type, const void *, std::size_t, SSL *, void *stream)
    {
        if (isWritten == 0 && type == SSL3_RT_HEADER)
            ++static_cast<TlsStream *>(stream)->m_recordsWithoutData;
    }
};

TlsStream::TlsStream(SslHandle ssl, int descriptor) : m_ssl(std::move(ssl)), m_descriptor(descriptor)
{
    BIO *bio = BIO_new(Bio::method());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(m_ssl.get(), bio, bio);  // m_ssl owns the BIO from now on
    SSL_set_msg_callback(m_ssl.get(), &Bio::sawMessage);
    SSL_set_msg_callback_arg(m_ssl.get(), this);
}

TlsStream::~TlsStream()
{
    // Without this call OpenSSL takes the session for broken and does not resume it. That is right only after
    // a failure.
    if (!m_failure)
        SSL_set_shutdown(m_ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

/// Records the first failure of receiving. It replaces a failure of sending, because a received alert says
/// more than the reset that follows.
TlsStream::Status TlsStream::fail(const TlsFailure &failure)
{
    if (m_end != Status::Failed)
        m_failure = failure;
    m_end = Status::Failed;
    return Status::Failed;
}

/// Returns `text`. Before the end of the handshake, adds that the handshake broke off.
QString TlsStream::during(const QString &text) const
{
    return m_ready ? text : u"the TLS handshake broke off: "_s + text;
}

TlsFailure TlsStream::describe() const
{
    const unsigned long error = ERR_peek_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
        const int reason = ERR_GET_REASON(error);
        if (reason >= kAlertReason) {
            const int alert = reason - kAlertReason;
            return {TlsError::Alert, alert, u"the peer refused with the alert %1"_s.arg(alertName(alert))};
        }
        if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
            return {TlsError::Certificate, -1, certificateRefusal(m_ssl.get())};
    }
    if (m_readError != 0)
        return {TlsError::Reset, -1, during(systemText(m_readError))};
    if (m_sawFin)
        return {TlsError::Truncated, -1, during(u"the peer closed without close_notify"_s)};
    const QString text = takeTlsErrorText();
    return {TlsError::Protocol, -1, u"TLS failed: "_s + (text.isEmpty() ? u"unknown reason"_s : text)};
}

TlsStream::Status TlsStream::failForRecords()
{
    return fail({TlsError::Protocol, -1, u"the peer sends too many records without data"_s});
}

/// Translates the result of an OpenSSL call that did not succeed.
TlsStream::Status TlsStream::statusOf(int result)
{
    switch (SSL_get_error(m_ssl.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            if (m_ready && m_recordsWithoutData > kMostRecordsWithoutData)
                return failForRecords();
            // A session ticket leaves a buffer of 16 KiB behind, in spite of SSL_MODE_RELEASE_BUFFERS.
            if (m_ready)
                SSL_free_buffers(m_ssl.get());
            return Status::Again;
        case SSL_ERROR_ZERO_RETURN:
            m_end = Status::Finished;
            return Status::Finished;
        default:
            return fail(describe());
    }
}

TlsStream::Status TlsStream::handshake()
{
    if (m_end)
        return *m_end;
    ERR_clear_error();
    m_recordsWithoutData = 0;
    const int result = SSL_do_handshake(m_ssl.get());
    if (result == 1) {
        m_ready = true;
        m_hasMore = true;  // OpenSSL may have read the peer's first data already
        m_recordsWithoutData = 0;
        return Status::Done;
    }
    const Status status = statusOf(result);
    if (status == Status::Finished)
        return fail({TlsError::Truncated, -1, u"the peer closed during the TLS handshake"_s});
    if (flush() || status != Status::Again)  // flush() sends an alert, too
        return status;
    // The peer reads no more. An alert that it sent may have arrived.
    ERR_clear_error();
    statusOf(SSL_do_handshake(m_ssl.get()));
    return Status::Failed;
}

TlsStream::Status TlsStream::read(std::span<char> room, qsizetype &count)
{
    count = 0;
    Status status = m_end.value_or(Status::Done);
    m_hasMore = false;
    while (status == Status::Done && count < std::ssize(room)) {
        ERR_clear_error();
        std::size_t got = 0;
        const int result = SSL_read_ex(m_ssl.get(), room.data() + count,
                                       room.size() - static_cast<std::size_t>(count), &got);
        if (result == 1 && m_recordsWithoutData > kMostRecordsWithoutData + 1) {
            status = failForRecords();
        } else if (result == 1) {
            m_recordsWithoutData = 0;
            count += static_cast<qsizetype>(got);
        } else {
            status = statusOf(result);
        }
    }
    m_hasMore = status == Status::Done;
    const bool canSend = flush();  // TLS messages such as key updates, or an alert
    if (count > 0)
        return Status::Done;
    return status == Status::Again && !canSend ? Status::Failed : status;
}

bool TlsStream::isQuiet()
{
    if (m_end)
        return false;
    ERR_clear_error();
    char byte = 0;
    std::size_t got = 0;
    const int result = SSL_peek_ex(m_ssl.get(), &byte, 1, &got);
    const bool isQuiet = result != 1 && statusOf(result) == Status::Again;
    return flush() && isQuiet;
}

TlsStream::Status TlsStream::write(QByteArrayView bytes, qsizetype &taken)
{
    taken = 0;
    if (m_failure)
        return Status::Failed;
    const std::uint64_t before = m_sentBytes;
    do {
        while (taken < bytes.size() && unsent() < kMostUnsent) {
            ERR_clear_error();
            std::size_t count = 0;
            const int result = SSL_write_ex(m_ssl.get(), bytes.data() + taken,
                                            static_cast<std::size_t>(bytes.size() - taken), &count);
            if (result != 1) {
                // The BIO never lets OpenSSL try a write again, so this is a failure.
                if (statusOf(result) != Status::Failed)
                    fail({TlsError::Protocol, -1, u"TLS cannot send"_s});
                break;
            }
            taken += static_cast<qsizetype>(count);
        }
    } while (!m_failure && flush() && taken < bytes.size() && unsent() == 0);
    // Bytes that the kernel has taken count as success. The next call reports the failure.
    return m_failure && m_sentBytes == before ? Status::Failed : Status::Done;
}

bool TlsStream::flush()
{
    if (m_sendFailed)
        return false;
    if (unsent() == 0)
        return true;
    const ssize_t sent = ::send(m_descriptor, m_out.constData() + m_outSent,
                                static_cast<std::size_t>(unsent()), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        if (isTransient(errno))
            return true;
        m_sendFailed = true;
        if (!m_failure)
            m_failure = TlsFailure{TlsError::Reset, -1, during(systemText(errno))};
        return false;
    }
    m_sentBytes += static_cast<std::uint64_t>(sent);
    m_outSent += sent;
    if (unsent() == 0) {
        m_out = QByteArray();
        m_outSent = 0;
    } else if (m_outSent > m_out.size() / 2) {
        m_out.remove(0, std::exchange(m_outSent, 0));
    }
    return true;
}

void TlsStream::sendCloseNotify()
{
    if (!m_ready || m_failure || unsent() > 0)
        return;
    ERR_clear_error();
    SSL_shutdown(m_ssl.get());
    flush();
}

}  // namespace holdline::http
