// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>

namespace holdline {

/// The length of the longest accepted key, in bytes, without quotes and escapes.
inline constexpr qsizetype kMaxIdempotencyKeyBytes = 255;

/// Parses the value of an `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header-07). Returns the
/// key, or an error text for people. The draft requires a Structured Field string (RFC 8941): printable ASCII
/// in double quotes, with `\"` and `\\` as escapes. Parameters after the string are allowed and ignored. Most
/// clients send the key without quotes, so a bare key of visible ASCII without comma, semicolon and double
/// quote is accepted too. `"k"` and `k` are the same key.
///
/// `value` contains all fields of that name, joined by commas, as HeaderFields::combined() returns them. Two
/// fields, an empty key and a key of more than kMaxIdempotencyKeyBytes are errors. Pure.
std::variant<QByteArray, QString> parseIdempotencyKey(QByteArrayView value);

/// Returns whether parseIdempotencyKey() can return `key`: 1 to kMaxIdempotencyKeyBytes bytes of printable
/// ASCII.
bool isIdempotencyKey(QByteArrayView key);

}  // namespace holdline
