// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"
#include "service/http/tlsfailure.h"

#include <QNetworkReply>

namespace holdline {

/// The reason why a request failed below HTTP.
struct PoolFailure
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString text;
    QByteArray proxyStatus;  ///< error type of RFC 9209, 2.3; may be empty
};

/// Describes a connection that was not made.
PoolFailure failureOf(const http::ConnectFailure &failure);
/// Describes a TLS connection that was not made, or broke before a response. SslHandshakeFailedError means
/// that another attempt would fail too.
PoolFailure failureOf(const http::TlsFailure &failure);
/// Describes a response that the parser rejected.
PoolFailure failureOf(const http::ResponseParser &answer);

}  // namespace holdline
