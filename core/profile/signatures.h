// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/verifyrule.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

/// Basic functions to verify callbacks, made with OpenSSL's libcrypto. All functions are pure and
/// thread-safe.
namespace holdline::profile {

inline constexpr qsizetype kEd25519KeyBytes = 32;
inline constexpr qsizetype kEd25519SignatureBytes = 64;

/// Returns the raw HMAC (RFC 2104) with the hash of an HMAC scheme. Empty for other schemes, and when OpenSSL
/// refuses, e.g. an unapproved hash in FIPS mode.
QByteArray hmac(VerifyRule::Scheme scheme, QByteArrayView key, QByteArrayView message);

/// True when the signature is valid (RFC 8032). `key` is a raw public key of 32 bytes.
bool verifyEd25519(QByteArrayView key, QByteArrayView message, QByteArrayView signature);

QByteArray sha256(QByteArrayView text);

/// True when two secrets of any lengths are equal. The time shows neither the place of a difference nor the
/// right length.
bool sameSecret(QByteArrayView a, QByteArrayView b);

/// Decodes strictly. Returns nothing for characters outside of the encoding, or an odd number of hex digits.
/// Base64 may lack its padding, but unused bits of its last character must be zero.
std::optional<QByteArray> decode(QByteArrayView text, VerifyRule::Encoding encoding);

/// Decodes a key from a line of a secret file. Empty when the line does not have the format.
QByteArray decodeKey(QByteArrayView line, VerifyRule::KeyFormat format);

}  // namespace holdline::profile
