// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <optional>

namespace holdline::http {

// The small rules of RFC 9110 and RFC 9112 that every parser of HTTP bytes needs. All pure.

/// tchar (RFC 9110, 5.6.2): what methods, field names and other tokens are made of.
bool isTokenChar(char c);
/// How many bytes of `text` from its beginning on are tchar.
qsizetype tokenLength(QByteArrayView text);
/// A non-empty run of tchar.
bool isToken(QByteArrayView text);
/// VCHAR, obs-text, SP or HTAB: what a field value may hold (RFC 9110, 5.5).
bool isFieldText(char c);
/// How many bytes of `text` from its beginning on may stand in a field value.
qsizetype fieldTextLength(QByteArrayView text);
bool isFieldValue(QByteArrayView text);

/// How many bytes of `text` from its beginning on may stand in a request target: visible ASCII but `#`, which
/// starts a fragment and never goes over the wire.
qsizetype targetLength(QByteArrayView text);

/// `text` without the spaces and tabs around it.
QByteArrayView trimOws(QByteArrayView text);

/// The value of one hexadecimal digit; -1 for any other byte.
int hexValue(char c);

/// `host[:port]` (RFC 3986, 3.2.2 and 3.2.3) without user information; the host is not empty.
bool isHostAndPort(QByteArrayView text);

/// True when every `%` is followed by two hexadecimal digits.
bool hasValidEscapes(QByteArrayView text);

/// 1*DIGIT that fits into a signed 64-bit number; nothing for anything else (RFC 9110, 8.6).
std::optional<qint64> parseContentLength(QByteArrayView value);

/// Calls `visit(element)` with each trimmed element of a comma-separated list, empty ones included.
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

/// True when `token` is one of the elements of the list, without regard to case.
bool listContains(QByteArrayView list, QByteArrayView token);

}  // namespace holdline::http
