// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/tunnel.h"

namespace holdline {

using namespace Qt::StringLiterals;

QByteArray connectRequest(const Origin &origin)
{
    const QByteArray host = origin.host.toLatin1();
    const QByteArray authority =
        (host.contains(':') ? '[' + host + ']' : host) + ':' + QByteArray::number(origin.port);
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

std::optional<PoolFailure> tunnelFailure(const http::ResponseParser &answer)
{
    if (!answer.headComplete()) {
        if (answer.state() != http::ResponseParser::State::Failed)
            return std::nullopt;
        PoolFailure failure = failureOf(answer);
        failure.text.prepend(u"the proxy: "_s);
        return failure;
    }
    const int status = answer.status();
    if (status >= 200 && status < 300)
        return std::nullopt;
    const QString text = u"the proxy refused the tunnel with %1"_s.arg(status);
    if (status >= 500 || status == 408 || status == 429)
        return PoolFailure{QNetworkReply::ProxyConnectionRefusedError, text, "destination_unavailable"};
    return PoolFailure{QNetworkReply::ContentAccessDenied, text, "http_request_denied"};
}

}  // namespace holdline
