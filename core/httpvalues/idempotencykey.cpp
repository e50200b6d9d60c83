// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/idempotencykey.h"

#include "core/base/ascii.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

bool isPrintable(char c)
{
    return c >= ' ' && c < '\x7f';
}

bool isBare(char c)
{
    return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';';
}

bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}

QString tooLong()
{
    return u"The Idempotency-Key is longer than %1 bytes."_s.arg(kMaxIdempotencyKeyBytes);
}

/// Removes a quoted string from the front of `rest` and appends its decoded text to `out` (RFC 8941, section
/// 4.2.5). Returns false for an invalid string.
bool takeString(QByteArrayView &rest, QByteArray &out)
{
    for (qsizetype i = 1; i < rest.size(); ++i) {
        char c = rest[i];
        if (c == '"') {
            rest = rest.sliced(i + 1);
            return true;
        }
        if (c == '\\') {
            if (++i == rest.size())
                return false;
            c = rest[i];
            if (c != '"' && c != '\\')
                return false;
        }
        if (!isPrintable(c))
            return false;
        out.append(c);
    }
    return false;
}

/// Removes a parameter value that is not a string: a token, number, boolean or byte sequence (RFC 8941,
/// section 3.3). The value is not checked exactly, because it is ignored. Returns false when there is no
/// value.
bool takeBareItem(QByteArrayView &rest)
{
    const auto *const end = std::find_if_not(rest.begin(), rest.end(), isBare);
    const bool found = end != rest.begin();
    rest = rest.sliced(end - rest.begin());
    return found;
}

/// Returns whether `rest` consists of parameters: `;name=value;name` (RFC 8941, section 4.2.3.2).
bool areParameters(QByteArrayView rest)
{
    while (rest.startsWith(';')) {
        rest = rest.sliced(1);
        while (rest.startsWith(' '))
            rest = rest.sliced(1);
        if (rest.isEmpty() || !(isLower(rest.front()) || rest.front() == '*'))
            return false;
        const auto *const end = std::find_if_not(rest.begin(), rest.end(), [](char c) {
            return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '*';
        });
        rest = rest.sliced(end - rest.begin());
        if (!rest.startsWith('='))
            continue;
        rest = rest.sliced(1);
        QByteArray ignored;
        if (!(rest.startsWith('"') ? takeString(rest, ignored) : takeBareItem(rest)))
            return false;
    }
    return rest.isEmpty();
}

std::variant<QByteArray, QString> parseQuoted(QByteArrayView value)
{
    QByteArray key;
    if (!takeString(value, key)) {
        return u"The Idempotency-Key is not a string as RFC 8941 has it: it must end with a double quote and "
               "hold printable ASCII only, and a backslash may only stand before a double quote or another "
               "backslash."_s;
    }
    if (!areParameters(value))
        return u"One Idempotency-Key is wanted; something follows the closing quote of the first."_s;
    if (key.isEmpty())
        return u"The Idempotency-Key is empty."_s;
    if (key.size() > kMaxIdempotencyKeyBytes)
        return tooLong();
    return key;
}

}  // namespace

std::variant<QByteArray, QString> parseIdempotencyKey(QByteArrayView value)
{
    value = value.trimmed();
    if (value.isEmpty())
        return u"The Idempotency-Key is empty."_s;
    if (value.front() == '"')
        return parseQuoted(value);
    if (value.contains(',')) {
        return u"One Idempotency-Key is wanted; there are several, or a comma in a key that is not in double "
               "quotes."_s;
    }
    if (!std::all_of(value.begin(), value.end(), isBare)) {
        return u"The Idempotency-Key holds something else than visible ASCII characters; one with spaces, "
               "semicolons or quotes must be in double quotes."_s;
    }
    if (value.size() > kMaxIdempotencyKeyBytes)
        return tooLong();
    return value.toByteArray();
}

bool isIdempotencyKey(QByteArrayView key)
{
    return !key.isEmpty() && key.size() <= kMaxIdempotencyKeyBytes &&
           std::all_of(key.begin(), key.end(), isPrintable);
}

}  // namespace holdline
