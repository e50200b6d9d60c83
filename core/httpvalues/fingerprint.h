// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// A SHA-256 fingerprint of what a request asks for (32 bytes). A request that is sent again with its
/// Idempotency-Key has the same fingerprint, even when the client formats its JSON differently (see
/// canonicalJson()). Any other request has another one.
///
/// `target` is the path, with its query where the query is sent to the upstream. `body` may be anything: a
/// body that is not JSON counts byte for byte. A byte order mark before JSON does not count. `isKnownJson`
/// saves the check of a body that is known to be JSON, with or without the mark.
///
/// The store keeps fingerprints: after a change of this function, stored keys no longer match. Thread-safe.
QByteArray fingerprint(QByteArrayView method, QByteArrayView target, QByteArrayView body,
                       bool isKnownJson = false);

}  // namespace holdline
