// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tlsserver.h"

#include <QFile>

#include <array>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace holdline::test {

namespace {

int chooseProtocol(SSL *, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
                   unsigned int offeredSize, void *)
{
    static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char *out = nullptr;
    const int result = SSL_select_next_proto(&out, size, kOurs, sizeof kOurs, offered, offeredSize);
    *chosen = out;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsServer::TlsServer(const TlsIdentity &identity, const Options &options)
    : m_context(SSL_CTX_new(TLS_server_method()))
{
    if (SSL_CTX_use_certificate_chain_file(m_context, QFile::encodeName(identity.certificate).constData()) !=
            1 ||
        SSL_CTX_use_PrivateKey_file(m_context, QFile::encodeName(identity.key).constData(),
                                    SSL_FILETYPE_PEM) != 1)
        qFatal("TlsServer: %s", ERR_error_string(ERR_get_error(), nullptr));
    if (!options.clientAuthority.isEmpty()) {
        SSL_CTX_load_verify_file(m_context, QFile::encodeName(options.clientAuthority).constData());
        SSL_CTX_set_verify(m_context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (options.onlyTls12)
        SSL_CTX_set_max_proto_version(m_context, TLS1_2_VERSION);
    static constexpr unsigned char kSessions[] = "test";
    SSL_CTX_set_session_id_context(m_context, kSessions, sizeof kSessions - 1);
    SSL_CTX_set_num_tickets(m_context, static_cast<std::size_t>(options.tickets));
    SSL_CTX_set_alpn_select_cb(m_context, chooseProtocol, nullptr);
}

TlsServer::~TlsServer()
{
    SSL_CTX_free(m_context);
}

TlsServer::End::End(TlsServer &server) : m_server(server), m_ssl(SSL_new(server.m_context))
{
    SSL_set_bio(m_ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(m_ssl);
}

TlsServer::End::~End()
{
    SSL_free(m_ssl);
}

bool TlsServer::End::isReady() const
{
    return SSL_is_init_finished(m_ssl) == 1;
}

QByteArray TlsServer::End::receive(const QByteArray &wire)
{
    ERR_clear_error();
    BIO_write(SSL_get_rbio(m_ssl), wire.constData(), static_cast<int>(wire.size()));
    QByteArray data;
    std::array<char, 16 * 1024> room{};
    for (int got = 1; got > 0;) {
        got = SSL_read(m_ssl, room.data(), static_cast<int>(room.size()));
        data.append(room.data(), std::max(got, 0));
    }
    if (isReady() && !std::exchange(m_counted, true)) {
        ++m_server.m_handshakes;
        m_server.m_resumed += SSL_session_reused(m_ssl);
        const char *name = SSL_get_servername(m_ssl, TLSEXT_NAMETYPE_host_name);
        m_server.m_name = QByteArray(name);
        const unsigned char *protocol = nullptr;
        unsigned int size = 0;
        SSL_get0_alpn_selected(m_ssl, &protocol, &size);
        m_server.m_protocol = QByteArray(reinterpret_cast<const char *>(protocol), size);
    }
    return data;
}

void TlsServer::End::send(const QByteArray &data)
{
    ERR_clear_error();
    if (!data.isEmpty() && SSL_write(m_ssl, data.constData(), static_cast<int>(data.size())) <= 0)
        qWarning("TlsServer cannot send: %s", ERR_error_string(ERR_get_error(), nullptr));
}

void TlsServer::End::sendCloseNotify()
{
    ERR_clear_error();
    SSL_shutdown(m_ssl);
}

void TlsServer::End::sendTickets(int count)
{
    ERR_clear_error();
    for (int i = 0; i < count; ++i) {
        SSL_new_session_ticket(m_ssl);
        SSL_do_handshake(m_ssl);
    }
}

QByteArray TlsServer::End::takeWire()
{
    BIO *out = SSL_get_wbio(m_ssl);
    QByteArray wire(static_cast<qsizetype>(BIO_ctrl_pending(out)), Qt::Uninitialized);
    if (!wire.isEmpty())
        BIO_read(out, wire.data(), static_cast<int>(wire.size()));
    return wire;
}

}  // namespace holdline::test
