// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>
#include <QString>

struct ssl_st;

namespace holdline::http {

/// The reason why a TLS connection cannot go on.
enum class TlsError {
    Certificate,  ///< this side refused the peer's certificate
    Alert,        ///< the peer sent a fatal alert (RFC 8446, 6.2)
    Protocol,     ///< the peer speaks no TLS, no common version, or broke its rules
    Reset,        ///< an RST or another error of the system
    Truncated,    ///< a FIN without close_notify (RFC 8446, 6.1)
};

struct TlsFailure
{
    TlsError error = TlsError::Protocol;
    int alert = -1;  ///< description of the received alert; -1 without one
    QString text;    ///< for logs and messages; contains no received bytes
};

/// The name of an alert in RFC 8446, 6.2 and RFC 5246, 7.2, e.g. "unknown_ca". "unknown_alert" for others.
QLatin1StringView alertName(int alert);

/// True for an alert that refuses the handshake. TLS 1.3 lets a client finish its handshake and send data
/// before such an alert arrives. The server has then passed no data on. Alerts like internal_error may also
/// come later, so they tell nothing about the data.
bool refusesHandshake(int alert);

/// Describes why the certificate of `ssl`'s peer was refused: another host, a date, or an unknown issuer.
QString certificateRefusal(const ssl_st *ssl);

/// Takes the first reason out of OpenSSL's queue of errors in this thread, e.g. "wrong version number". Empty
/// when there is none.
QString takeTlsErrorText();

}  // namespace holdline::http
