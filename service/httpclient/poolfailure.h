// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"

#include <QNetworkReply>

namespace holdline {

/// How a request failed below HTTP.
struct PoolFailure
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString text;
    QByteArray proxyStatus;  ///< RFC 9209, section 2.3
};

/// There was no connection.
PoolFailure failureOf(const http::ConnectFailure &failure);
/// The answer is Failed.
PoolFailure failureOf(const http::ResponseParser &answer);

}  // namespace holdline
