// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/tlsclient.h"

#include <QFile>
#include <QHostAddress>

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// The only protocol that this client offers with ALPN (RFC 7301).
constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

QByteArray keyOf(const Origin &origin)
{
    return origin.host.toLatin1() + ':' + QByteArray::number(origin.port);
}

/// Returns the host name as TLS writes it: without the dot of an absolute name.
QByteArray nameOf(const Origin &origin)
{
    QByteArray name = origin.host.toLatin1();
    if (name.endsWith('.'))
        name.chop(1);
    return name;
}

}  // namespace

/// Data about a connection, attached to its SSL object.
struct TlsClient::Peer
{
    TlsClient *client;
    QByteArray key;
    TimePoint checkedAt;  ///< certificate check of the session that the connection tries to resume

    static int index()
    {
        static const int made = SSL_get_ex_new_index(
            0, nullptr, nullptr, nullptr, [](void *, void *peer, CRYPTO_EX_DATA *, int, long, void *) {
                delete static_cast<Peer *>(peer);
            });
        return made;
    }
};

void TlsClient::SessionFree::operator()(ssl_session_st *session) const
{
    SSL_SESSION_free(session);
}

TlsClient::~TlsClient() = default;

std::variant<std::shared_ptr<TlsClient>, QString> TlsClient::make(const TlsFiles &files)
{
    std::shared_ptr<TlsClient> made(new TlsClient);
    made->m_context = http::makeTlsContext(http::TlsRole::Client);
    SSL_CTX *const context = made->m_context.get();
    if (!context)
        return u"OpenSSL cannot be used: %1"_s.arg(http::takeTlsErrorText());
    ERR_clear_error();
    if (files.authorities.isEmpty())
        SSL_CTX_set_default_verify_paths(context);
    else if (SSL_CTX_load_verify_file(context, QFile::encodeName(files.authorities).constData()) != 1)
        return u"%1 holds no certificate of an authority that can be read: %2"_s.arg(
            files.authorities, http::takeTlsErrorText());
    if (!files.certificate.isEmpty()) {
        if (const QString error = http::loadCertificate(context, files.certificate, files.key);
            !error.isEmpty())
            return error;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    // A certificate in the file is trusted even if it is an intermediate one, without its root.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);  // returns 0 for success
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &TlsClient::newSession);
    return made;
}

std::unique_ptr<http::TlsStream> TlsClient::open(const Origin &origin, int descriptor)
{
    http::SslHandle ssl(SSL_new(m_context.get()));
    if (!ssl)
        return nullptr;
    SSL_set_connect_state(ssl.get());
    X509_VERIFY_PARAM *rules = SSL_get0_param(ssl.get());
    const QByteArray name = nameOf(origin);
    if (QHostAddress address; address.setAddress(origin.host)) {
        // The certificate must have the address itself. There is no SNI for addresses (RFC 6066, 3).
        address.setScopeId({});
        if (X509_VERIFY_PARAM_set1_ip_asc(rules, address.toString().toLatin1().constData()) != 1)
            return nullptr;
    } else {
        X509_VERIFY_PARAM_set_hostflags(
            rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        if (SSL_set1_host(ssl.get(), name.constData()) != 1 ||
            SSL_set_tlsext_host_name(ssl.get(), name.constData()) != 1)
            return nullptr;
    }
    auto peer = std::make_unique<Peer>(Peer{this, keyOf(origin), TimePoint()});
    if (const auto known = m_sessions.find(peer->key); known != m_sessions.end()) {
        if (Clock::now() - known->second.checkedAt < kSessionLife) {
            peer->checkedAt = known->second.checkedAt;
            SSL_set_session(ssl.get(), known->second.handle.get());
        } else {
            m_sessions.erase(known);
        }
    }
    if (SSL_set_ex_data(ssl.get(), Peer::index(), peer.get()) != 1)
        return nullptr;
    peer.release();
    return std::make_unique<http::TlsStream>(std::move(ssl), descriptor);
}

/// Called by OpenSSL when it has received a session that can be resumed. Returns 1 when this object keeps the
/// session.
int TlsClient::newSession(ssl_st *ssl, ssl_session_st *session)
{
    const auto *peer = static_cast<const Peer *>(SSL_get_ex_data(ssl, Peer::index()));
    if (!peer)
        return 0;
    auto &sessions = peer->client->m_sessions;
    if (sessions.size() >= kMostSessions && !sessions.contains(peer->key)) {
        sessions.erase(std::min_element(sessions.begin(), sessions.end(), [](const auto &a, const auto &b) {
            return a.second.checkedAt < b.second.checkedAt;
        }));
    }
    Session &kept = sessions[peer->key];
    kept.handle.reset(session);
    kept.checkedAt = SSL_session_reused(ssl) == 1 ? peer->checkedAt : Clock::now();
    return 1;
}

void TlsClient::forgetSession(const Origin &origin)
{
    m_sessions.erase(keyOf(origin));
}

}  // namespace holdline
