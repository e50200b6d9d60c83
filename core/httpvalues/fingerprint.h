// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Returns a SHA-256 hash (32 bytes) of a request's method, target and body. It shows whether two requests
/// with the same Idempotency-Key are the same request. In a JSON body, the order of members and white space
/// do not matter (see canonicalJson()).
///
/// `target` is the path, followed by the query when the query is sent to the upstream. `body` may contain
/// anything: a body that is not JSON is hashed byte for byte. A byte order mark before JSON is ignored. With
/// `isKnownJson`, the body must be JSON, with or without a byte order mark, and is not checked.
///
/// The store keeps fingerprints: after a change of this function, stored keys no longer match. Thread-safe.
QByteArray fingerprint(QByteArrayView method, QByteArrayView target, QByteArrayView body,
                       bool isKnownJson = false);

}  // namespace holdline
