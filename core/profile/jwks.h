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

/// The largest key set in bytes, and the most Ed25519 keys that are read from one.
inline constexpr qsizetype kMaxKeySetBytes = 64 * 1024;
inline constexpr std::size_t kMaxPublicKeys = 16;

/// Reads a JSON Web Key Set (RFC 7517): the keys of type OKP and curve Ed25519 (RFC 8037). Other keys are
/// left out, also those for another `use` than signatures. The error says for people why the text is no key
/// set, or that it has no such key. Thread-safe.
std::variant<PublicKeys, QString> parseKeySet(QByteArrayView text);

}  // namespace holdline::profile
