// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <optional>

namespace holdline::http {

// Small rules of RFC 9110 and RFC 9112 that every HTTP parser needs. All functions are pure.

/// tchar (RFC 9110, 5.6.2): the characters of methods, field names and other tokens.
bool isTokenChar(char c);
/// The number of leading bytes of `text` that are tchar.
qsizetype tokenLength(QByteArrayView text);
/// True when `text` is not empty and holds only tchar.
bool isToken(QByteArrayView text);
/// VCHAR, obs-text, SP or HTAB: the characters of a field value (RFC 9110, 5.5).
bool isFieldText(char c);
/// The number of leading bytes of `text` that are allowed in a field value.
qsizetype fieldTextLength(QByteArrayView text);
/// True when `text` may be a field value. An empty value is valid.
bool isFieldValue(QByteArrayView text);

/// The number of leading bytes of `text` that are allowed in a request target: visible ASCII without `#`. A
/// `#` starts a fragment, which is never sent.
qsizetype targetLength(QByteArrayView text);

/// Returns `text` without the spaces and tabs around it.
QByteArrayView trimOws(QByteArrayView text);

/// True for `host[:port]` (RFC 3986, 3.2.2 and 3.2.3) with a host and without user information.
bool isHostAndPort(QByteArrayView text);

/// Returns whether two ASCII tokens of `size` bytes are equal. The case of letters does not matter.
bool sameLetters(const char *a, const char *b, qsizetype size);

/// True when two field names or other ASCII tokens are equal. ASCII case does not matter.
inline bool equalsIgnoreCase(QByteArrayView a, QByteArrayView b)
{
    // Each request needs hundreds of comparisons. Most names differ in length, so most comparisons need no
    // function call.
    return a.size() == b.size() && sameLetters(a.data(), b.data(), a.size());
}

/// True when every `%` is followed by two hexadecimal digits.
bool hasValidEscapes(QByteArrayView text);

/// Parses a Content-Length value: 1*DIGIT (RFC 9110, 8.6). Returns nothing for any other text and for a
/// number above 2^63 − 1.
std::optional<qint64> parseContentLength(QByteArrayView value);

/// Parses a decimal number without a sign: 1*DIGIT in the grammar of HTTP. Returns `most` for a greater
/// number; `most` must not exceed 2^53. Returns nothing for any other text.
std::optional<qint64> parseDigits(QByteArrayView text, qint64 most);

/// Calls `visit(element)` with each trimmed element of a comma-separated list, also with empty ones.
template <typename Visit>
void forEachListElement(QByteArrayView list, Visit visit)
{
    for (;;) {
        const qsizetype comma = list.indexOf(',');
        visit(trimOws(comma < 0 ? list : list.first(comma)));
        if (comma < 0)
            return;
        list = list.sliced(comma + 1);
    }
}

/// True when `token` is an element of the list. ASCII case does not matter.
bool listContains(QByteArrayView list, QByteArrayView token);

}  // namespace holdline::http
