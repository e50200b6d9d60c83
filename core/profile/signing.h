// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jwks.h"

#include <QByteArray>
#include <QByteArrayView>

/// Signs callbacks as an API does, for the simulated job server and for tests. All functions are pure and
/// thread-safe.
namespace holdline::profile {

/// Returns the raw public key of a private key (RFC 8032, 5.1.5). `seed` is the private key of 32 bytes.
/// Empty for another size, and when OpenSSL refuses.
QByteArray ed25519PublicKey(QByteArrayView seed);
/// Returns the signature of 64 bytes (RFC 8032, 5.1.6). `seed` is the private key of 32 bytes. Empty for
/// another size, and when OpenSSL refuses.
QByteArray signEd25519(QByteArrayView seed, QByteArrayView message);

/// Returns a JSON Web Key Set, as parseKeySet() reads it (RFC 7517, RFC 8037).
QByteArray formatKeySet(const PublicKeys &keys);

}  // namespace holdline::profile
