// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/requesthead.h"

#include "service/http/grammar.h"
#include "service/http/message.h"

#include <algorithm>
#include <array>

namespace holdline {

using http::equalsIgnoreCase;

namespace {

constexpr std::array<const char *, 9> kNotForwarded{
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
    text.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");

    bool hasHost = false;
    bool hasEncoding = false;
    const QList<QByteArray> names = request.rawHeaderList();
    for (const QByteArray &name : names) {
        if (std::any_of(kNotForwarded.begin(), kNotForwarded.end(),
                        [&](const char *dropped) { return equalsIgnoreCase(name, dropped); }))
            continue;
        const QByteArray value = request.rawHeader(name);
        if (!http::isToken(name) || !http::isFieldValue(value))
            return std::nullopt;
        hasHost = hasHost || equalsIgnoreCase(name, "Host");
        hasEncoding = hasEncoding || equalsIgnoreCase(name, "Accept-Encoding");
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (!hasHost)
        text.append("Host: ").append(host).append("\r\n");
    if (!hasEncoding)
        text.append("Accept-Encoding: identity\r\n");
    const bool usuallyNone = method == QByteArrayView("GET") || method == QByteArrayView("HEAD") ||
                             method == QByteArrayView("DELETE");
    if (!body.isEmpty() || !usuallyNone)
        text.append("Content-Length: ").append(QByteArray::number(body.size())).append("\r\n");
    text.append("\r\n").append(body);
    return text;
}

}  // namespace holdline
