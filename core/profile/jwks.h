// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>
#include <vector>

namespace holdline::profile {

/// Public Ed25519 keys, 32 bytes each.
using PublicKeys = std::vector<QByteArray>;

/// Limits of a key set: its size in bytes, and the number of its Ed25519 keys.
inline constexpr qsizetype kMaxKeySetBytes = 64 * 1024;
inline constexpr std::size_t kMaxPublicKeys = 16;

/// Reads the keys of type OKP and curve Ed25519 (RFC 8037) from a JSON Web Key Set (RFC 7517). Skips other
/// keys, and keys with a `use` other than `sig`. Returns an error text for people when the text is no key
/// set, has no such key or exceeds a limit. Thread-safe.
std::variant<PublicKeys, QString> parseKeySet(QByteArrayView text);

}  // namespace holdline::profile
