// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/tlscontext.h"

#include "service/http/tlsfailure.h"

#include <QFile>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace holdline::http {

using namespace Qt::StringLiterals;

void TlsContextFree::operator()(ssl_ctx_st *context) const
{
    SSL_CTX_free(context);
}

TlsContext makeTlsContext(TlsRole role)
{
    TlsContext context(SSL_CTX_new(role == TlsRole::Client ? TLS_client_method() : TLS_server_method()));
    if (!context)
        return nullptr;
    SSL_CTX *const all = context.get();
    if (SSL_CTX_get_min_proto_version(all) < TLS1_2_VERSION)
        SSL_CTX_set_min_proto_version(all, TLS1_2_VERSION);
    SSL_CTX_set_options(all, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_clear_options(all, SSL_OP_ENABLE_KTLS | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(
        all, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(all, 1);  // one recv() for a record instead of two
    SSL_CTX_set_max_early_data(all, 0);
    SSL_CTX_set_recv_max_early_data(all, 0);
    // OpenSSL's default callback asks for a passphrase at the terminal.
    SSL_CTX_set_default_passwd_cb(all, [](char *, int, int, void *) { return -1; });
    return context;
}

QString loadCertificate(ssl_ctx_st *context, const QString &certificateFile, const QString &keyFile)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, QFile::encodeName(certificateFile).constData()) != 1)
        return u"%1 holds no certificate that can be read: %2"_s.arg(certificateFile, takeTlsErrorText());
    if (SSL_CTX_use_PrivateKey_file(context, QFile::encodeName(keyFile).constData(), SSL_FILETYPE_PEM) != 1)
        return u"%1 holds no key for the certificate in %2 that can be read: %3"_s.arg(
            keyFile, certificateFile, takeTlsErrorText());
    if (SSL_CTX_check_private_key(context) != 1)
        return u"the key in %1 does not fit the certificate in %2"_s.arg(keyFile, certificateFile);
    return {};
}

}  // namespace holdline::http
