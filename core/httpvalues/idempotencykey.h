// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>

namespace holdline {

/// No key is longer than this, counted without its quotes.
inline constexpr qsizetype kMaxIdempotencyKeyBytes = 255;

/// The key in an `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header-07), or what is wrong
/// with it, for people. The draft wants a Structured Field string (RFC 8941: `"…"` of printable ASCII with
/// `\"` and `\\` as escapes; parameters after it are allowed and mean nothing). Most clients send the key as
/// it is, so a bare one of visible ASCII is taken too, as long as it cannot be mistaken for a list or a
/// string: without space, comma, semicolon and double quote. `"k"` and `k` are the same key.
///
/// `value` is all fields of that name joined with commas, as HeaderFields::combined() gives them: two fields
/// are an error, and so are an empty key and one of more than kMaxIdempotencyKeyBytes.
std::variant<QByteArray, QString> parseIdempotencyKey(QByteArrayView value);

/// Whether a key may be called `key`: what parseIdempotencyKey() can return and nothing else.
bool isIdempotencyKey(QByteArrayView key);

}  // namespace holdline
