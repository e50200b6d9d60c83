// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// A SHA-256 fingerprint of what a request asks for (32 bytes). A request that is sent again with its
/// Idempotency-Key has the same fingerprint, even when the client formats its JSON differently (see
/// canonicalJson()). Any other request has another one.
///
/// `path` has no query, because the query does not travel to the upstream. `body` must have passed
/// parseStart(). The store keeps fingerprints: after a change of this function, stored keys no longer
/// match. Thread-safe.
QByteArray fingerprint(QByteArrayView method, QByteArrayView path, QByteArrayView body);

}  // namespace holdline
