// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/requesthead.h"

#include "core/base/appendall.h"
#include "core/httpvalues/grammar.h"
#include "core/telemetry/decimal.h"
#include "service/http/message.h"

#include <algorithm>
#include <array>

namespace holdline {

using http::equalsIgnoreCase;

namespace {

constexpr std::array<QByteArrayView, 9> kNotForwarded{
    "Connection",        "Content-Length", "Keep-Alive", "Proxy-Connection", "TE", "Trailer",
    "Transfer-Encoding", "Upgrade",        "Expect"};

bool isVisible(QByteArrayView text)
{
    return !text.isEmpty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::optional<QByteArray> renderRequest(QByteArrayView method, QByteArrayView target, QByteArrayView host,
                                        const QNetworkRequest &request, QByteArrayView body)
{
    if (!http::isToken(method) || !isVisible(target) || !isVisible(host))
        return std::nullopt;

    QByteArray text;
    text.reserve(512 + body.size());
    appendAll(text, method, " ", target, " HTTP/1.1\r\n");

    bool hasHost = false;
    bool hasEncoding = false;
    const QList<QByteArray> names = request.rawHeaderList();
    for (const QByteArray &name : names) {
        if (std::any_of(kNotForwarded.begin(), kNotForwarded.end(),
                        [&](QByteArrayView dropped) { return equalsIgnoreCase(name, dropped); }))
            continue;
        const QByteArray value = request.rawHeader(name);
        if (!http::isToken(name) || !http::isFieldValue(value))
            return std::nullopt;
        hasHost = hasHost || equalsIgnoreCase(name, "Host");
        hasEncoding = hasEncoding || equalsIgnoreCase(name, "Accept-Encoding");
        appendAll(text, name, ": ", value, "\r\n");
    }
    if (!hasHost)
        appendAll(text, "Host: ", host, "\r\n");
    if (!hasEncoding)
        text.append("Accept-Encoding: identity\r\n");
    const bool usuallyNone = method == QByteArrayView("GET") || method == QByteArrayView("HEAD") ||
                             method == QByteArrayView("DELETE");
    if (!body.isEmpty() || !usuallyNone) {
        text.append("Content-Length: ");
        appendDecimal(text, body.size());
        text.append("\r\n");
    }
    appendAll(text, "\r\n", body);
    return text;
}

}  // namespace holdline
