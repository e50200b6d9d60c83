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
    Protocol,     ///< the peer does not use TLS or no common version, or broke the protocol's rules
    Reset,        ///< an RST or another error of the system
    Truncated,    ///< a FIN without close_notify (RFC 8446, 6.1)
};

struct TlsFailure
{
    TlsError error = TlsError::Protocol;
    int alert = -1;  ///< description of the received alert; -1 without one
    QString text;    ///< for logs and messages; contains no received bytes
};

/// Returns the name of an alert in RFC 8446, 6.2 and RFC 5246, 7.2, e.g. "unknown_ca". Returns
/// "unknown_alert" for other numbers.
QLatin1StringView alertName(int alert);

/// True for an alert that refuses the handshake. With TLS 1.3 a client may finish its handshake and send data
/// before such an alert arrives. The server has then passed none of the data on. An alert like internal_error
/// may also come after the handshake, so it does not show whether data was passed on.
bool refusesHandshake(int alert);

/// Describes why the certificate of `ssl`'s peer was refused: another host, a date, or an unknown issuer.
QString certificateRefusal(const ssl_st *ssl);

/// Returns the first error of OpenSSL's error queue of this thread, e.g. "wrong version number", and clears
/// the queue. Empty when the queue is empty.
QString takeTlsErrorText();

}  // namespace holdline::http
