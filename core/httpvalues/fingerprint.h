// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// What a request asks for, in 32 bytes (SHA-256): the same for a request that is sent again with its
/// Idempotency-Key, even by a client that writes its JSON another way the second time (canonicalJson() says
/// what may differ), and another one for any other request.
///
/// `path` is without its query, which does not travel to the upstream. `body` must have passed parseStart().
/// Fingerprints are stored: to change what goes in means that keys stored before no longer match.
/// Thread-safe.
QByteArray fingerprint(QByteArrayView method, QByteArrayView path, QByteArrayView body);

}  // namespace holdline
