// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QNetworkRequest>

#include <optional>

namespace holdline {

/// Writes an HTTP/1.1 request into one buffer for one write.
///
/// Copies the fields of `request`. Leaves out fields of the connection (Connection, Keep-Alive, TE, Trailer,
/// Transfer-Encoding, Upgrade …). Computes Content-Length from `body`. Leaves Content-Length out when there
/// is no body and `method` usually has none (RFC 9110, 8.6). Adds `Accept-Encoding: identity` unless the
/// caller set another value.
///
/// Returns nothing when the method, the target or a field could break the framing (line ends, blanks, control
/// bytes).
std::optional<QByteArray> renderRequest(QByteArrayView method, QByteArrayView target, QByteArrayView host,
                                        const QNetworkRequest &request, QByteArrayView body);

}  // namespace holdline
