// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/linkbase.h"

#include "core/base/urlpath.h"
#include "core/httpvalues/grammar.h"

#include <algorithm>

namespace holdline {

namespace {

constexpr qsizetype kMaxPrefixBytes = 1024;

bool isTrusted(const Config::Server &server, const http::Request &request)
{
    const auto peer = addressOfPeer(request.peer);
    return peer && contains(server.trustedProxies, *peer);
}

/// Returns the path in normal form without a slash at its end. Empty when `element` is no path. Two slashes
/// in a row are refused too: after two slashes at the beginning a browser expects a host name.
QByteArray prefixOf(QByteArrayView element)
{
    QByteArray path = normalPath(element);
    if (path.endsWith('/'))
        path.chop(1);
    const bool isPath = path.startsWith('/') && !path.contains("//") && withoutDotSegments(path) == path;
    return isPath ? path : QByteArray();
}

QByteArray forwardedPrefix(QByteArrayView field)
{
    QByteArray prefix;
    bool isValid = true;
    http::forEachListElement(field, [&](QByteArrayView element) {
        const QByteArray one = prefixOf(element);
        isValid = isValid && (!one.isEmpty() || element.isEmpty() || element == "/");
        prefix += one;
    });
    return isValid && prefix.size() <= kMaxPrefixBytes ? prefix : QByteArray();
}

}  // namespace

QByteArray linkBaseOf(const Config::Server &server, const http::Request &request)
{
    if (!server.publicUrl.isEmpty()) {
        QByteArray url = server.publicUrl.toEncoded();
        while (url.endsWith('/'))
            url.chop(1);
        return url;
    }
    if (server.trustedProxies.empty())
        return {};
    const auto field = request.headers.combined("X-Forwarded-Prefix");
    return field && isTrusted(server, request) ? forwardedPrefix(*field) : QByteArray();
}

}  // namespace holdline
