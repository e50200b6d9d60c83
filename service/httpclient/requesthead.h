// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QNetworkRequest>

#include <optional>

namespace holdline {

/// The whole of an HTTP/1.1 request in one buffer, ready for one write.
///
/// Field by field as `request` has them, but for those that belong to the connection (Connection, Keep-Alive,
/// TE, Trailer, Transfer-Encoding, Upgrade …), which are left out, and Content-Length, which follows from
/// `body`. `Accept-Encoding: identity` is added where the caller does not ask for another one. Content-Length
/// is left out when there is no body and `method` is one that usually has none (RFC 9110, 8.6).
///
/// Nothing when the method, the target or a field could break the framing (line ends, blanks, control bytes).
std::optional<QByteArray> renderRequest(QByteArrayView method, QByteArrayView target, QByteArrayView host,
                                        const QNetworkRequest &request, QByteArrayView body);

}  // namespace holdline
