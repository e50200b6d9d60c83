// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>

namespace holdline {

/// The longest accepted key, without quotes.
inline constexpr qsizetype kMaxIdempotencyKeyBytes = 255;

/// Reads the key from an `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header-07). Returns
/// an error text for people when it is invalid. The draft requires a Structured Field string (RFC 8941):
/// printable ASCII in double quotes, with `\"` and `\\` as escapes. Parameters after it are allowed and
/// ignored. Most clients send the key without quotes, so a bare key of visible ASCII is accepted too. It
/// must not contain space, comma, semicolon or double quote. `"k"` and `k` are the same key.
///
/// `value` is all fields of that name joined by commas, as HeaderFields::combined() returns them. Two
/// fields, an empty key and a key of more than kMaxIdempotencyKeyBytes are errors.
std::variant<QByteArray, QString> parseIdempotencyKey(QByteArrayView value);

/// True for every text that parseIdempotencyKey() can return, and for no other.
bool isIdempotencyKey(QByteArrayView key);

}  // namespace holdline
