// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

struct ssl_ctx_st;

namespace holdline::http {

struct TlsContextFree
{
    void operator()(ssl_ctx_st *context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsContextFree>;

enum class TlsRole { Client, Server };

/// Creates an OpenSSL context with the rules that hold for clients and servers: TLS 1.2 or later, no
/// renegotiation, no compression, no early data, no TLS in the kernel, and buffers that an idle connection
/// frees. A stricter rule of the system's OpenSSL configuration stays in force. Returns null when memory is
/// short.
TlsContext makeTlsContext(TlsRole role);

/// Loads a certificate with its chain and its key from PEM files. Returns an error message, or an empty
/// string. A key with a passphrase is an error.
QString loadCertificate(ssl_ctx_st *context, const QString &certificateFile, const QString &keyFile);

}  // namespace holdline::http
