// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jwks.h"

#include <QByteArray>
#include <QByteArrayView>

/// Signs as an API does, for the simulated job server and tests. All functions are pure and thread-safe.
namespace holdline::profile {

/// The public key of a private one (RFC 8032, 5.1.5). `seed` has 32 bytes. Empty when OpenSSL refuses.
QByteArray ed25519PublicKey(QByteArrayView seed);
/// The signature of 64 bytes (RFC 8032, 5.1.6). Empty when OpenSSL refuses.
QByteArray signEd25519(QByteArrayView seed, QByteArrayView message);

/// A key set as parseKeySet() reads it (RFC 7517, RFC 8037).
QByteArray formatKeySet(const PublicKeys &keys);

}  // namespace holdline::profile
