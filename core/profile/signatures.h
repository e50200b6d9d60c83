// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/verifyrule.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

/// The primitives of verification, over OpenSSL's libcrypto. All functions are pure and thread-safe.
namespace holdline::profile {

inline constexpr qsizetype kEd25519KeyBytes = 32;
inline constexpr qsizetype kEd25519SignatureBytes = 64;

/// HMAC (RFC 2104) with the hash of an HMAC scheme. Empty for other schemes, and when OpenSSL refuses, as it
/// does an unapproved hash in FIPS mode.
QByteArray hmac(VerifyRule::Scheme scheme, QByteArrayView key, QByteArrayView message);

/// True when the signature fits (RFC 8032). `key` is a raw public key.
bool verifyEd25519(QByteArrayView key, QByteArrayView message, QByteArrayView signature);

QByteArray sha256(QByteArrayView text);

/// Compares secrets of any lengths in constant time: neither the place of a difference nor the right length
/// shows.
bool sameSecret(QByteArrayView a, QByteArrayView b);

/// Strict: other characters, or an odd number of digits, are errors. Base64 may lack its padding, but its
/// last character has one spelling.
std::optional<QByteArray> decode(QByteArrayView text, VerifyRule::Encoding encoding);

/// A key as a secret file has it, or empty when it is not of that format.
QByteArray decodeKey(QByteArrayView line, VerifyRule::KeyFormat format);

}  // namespace holdline::profile
