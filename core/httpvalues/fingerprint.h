// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Returns a SHA-256 hash (32 bytes) of a request's method, path and JSON body. It shows whether two requests
/// with the same Idempotency-Key are the same request. The order of members and white space in the body do
/// not matter (see canonicalJson()).
///
/// `target` is the path, with its query where the query is sent to the upstream. `body` may be anything: a
/// body that is not JSON counts byte for byte. A byte order mark before JSON does not count. `isKnownJson`
/// saves the check of a body that is known to be JSON, with or without the mark.
///
/// The store keeps fingerprints: after a change of this function, stored keys no longer match. Thread-safe.
QByteArray fingerprint(QByteArrayView method, QByteArrayView target, QByteArrayView body,
                       bool isKnownJson = false);

}  // namespace holdline
