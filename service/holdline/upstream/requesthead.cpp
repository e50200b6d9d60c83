// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/requesthead.h"

#include "service/http/grammar.h"
#include "service/http/message.h"

#include <algorithm>
#include <array>
#include <string>

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

    // QByteArray has no cheap way to append a view, and there are thirty of them in a head.
    std::string text;
    text.reserve(512 + static_cast<std::size_t>(body.size()));
    const auto add = [&text](QByteArrayView part) -> std::string & {
        return text.append(part.data(), static_cast<std::size_t>(part.size()));
    };
    add(method) += ' ';
    add(target) += " HTTP/1.1\r\n";

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
        add(name) += ": ";
        add(value) += "\r\n";
    }
    if (!hasHost) {
        text += "Host: ";
        add(host) += "\r\n";
    }
    if (!hasEncoding)
        text += "Accept-Encoding: identity\r\n";
    const bool usuallyNone = method == QByteArrayView("GET") || method == QByteArrayView("HEAD") ||
                             method == QByteArrayView("DELETE");
    if (!body.isEmpty() || !usuallyNone)
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    add(body);
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace holdline
