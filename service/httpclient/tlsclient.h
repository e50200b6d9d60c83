// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "service/http/tlscontext.h"
#include "service/http/tlsstream.h"
#include "service/httpclient/origin.h"

#include <QByteArray>
#include <QString>

#include <map>
#include <memory>
#include <variant>

struct ssl_session_st;

namespace holdline {

/// The files of a TlsClient: PEM, each path may be empty.
struct TlsFiles
{
    QString authorities;  ///< certificates of the only trusted authorities; empty: those of the system
    QString certificate;  ///< this client's certificate with its chain, for servers that request one
    QString key;          ///< the private key of `certificate`

    friend bool operator==(const TlsFiles &, const TlsFiles &) = default;
};

/// The client's part of TLS: the authorities to trust, the client's own certificate, and the sessions to
/// resume.
///
/// A server must prove its name or address by a certificate (RFC 9525), always. The subject's common name
/// does not count. A session is resumed for kSessionLife from the last full handshake, because a resumed
/// session does not check the certificate again.
///
/// Must outlive its streams. Used by one thread.
class TlsClient
{
public:
    /// Loads the files. Returns an error message when a file cannot be used.
    static std::variant<std::shared_ptr<TlsClient>, QString> make(const TlsFiles &files);
    ~TlsClient();
    TlsClient(const TlsClient &) = delete;
    TlsClient &operator=(const TlsClient &) = delete;

    /// Makes a stream that can begin its handshake over the connected socket `descriptor`. Does not take the
    /// descriptor. Returns null when OpenSSL fails, e.g. when memory is short.
    std::unique_ptr<http::TlsStream> open(const Origin &origin, int descriptor);
    /// Drops the session of an origin whose handshake failed.
    void forgetSession(const Origin &origin);
    int sessionCount() const { return static_cast<int>(m_sessions.size()); }

    static constexpr std::chrono::minutes kSessionLife{60};
    static constexpr std::size_t kMostSessions = 64;

private:
    struct SessionFree
    {
        void operator()(ssl_session_st *session) const;
    };
    struct Session
    {
        std::unique_ptr<ssl_session_st, SessionFree> handle;
        TimePoint checkedAt;  ///< when the server's certificate was checked
    };
    struct Peer;

    TlsClient() = default;
    static int newSession(ssl_st *ssl, ssl_session_st *session);

    http::TlsContext m_context;
    std::map<QByteArray, Session> m_sessions;  ///< the newest session of each origin, by "host:port"
};

}  // namespace holdline
