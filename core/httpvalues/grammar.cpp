// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/grammar.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace holdline::http {

namespace {

using Table = std::array<bool, 256>;

template <typename Predicate>
constexpr Table tableOf(Predicate isMember)
{
    Table table{};
    for (unsigned c = 0; c < table.size(); ++c)
        table[c] = isMember(c);
    return table;
}

constexpr bool isAlphanumericOr(unsigned c, std::string_view extra)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c < 0x80 && extra.find(static_cast<char>(c)) != std::string_view::npos);
}

constexpr Table kTokenChars = tableOf([](unsigned c) { return isAlphanumericOr(c, "!#$%&'*+-.^_`|~"); });
// unreserved, sub-delims and the percent sign (RFC 3986). hasValidEscapes() checks the escapes.
constexpr Table kRegNameChars = tableOf([](unsigned c) { return isAlphanumericOr(c, "-._~!$&'()*+,;=%"); });
constexpr Table kFieldChars = tableOf([](unsigned c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
constexpr Table kTargetChars = tableOf([](unsigned c) { return c > 0x20 && c < 0x7f && c != '#'; });

bool isIn(const Table &table, char c)
{
    return table[static_cast<unsigned char>(c)];
}

qsizetype runLength(const Table &table, QByteArrayView text)
{
    qsizetype length = 0;
    while (length < text.size() && isIn(table, text[length]))
        ++length;
    return length;
}

constexpr std::uint64_t kEachByte = 0x0101010101010101;

/// True when one of the eight bytes of `word` is less than `limit`, which is at most 0x80.
bool hasByteBelow(std::uint64_t word, std::uint8_t limit)
{
    return ((word - kEachByte * limit) & ~word & (kEachByte * 0x80)) != 0;
}

bool hasZeroByte(std::uint64_t word)
{
    return hasByteBelow(word, 1);
}

bool isPort(QByteArrayView text)
{
    return text.size() <= 5 && std::all_of(text.begin(), text.end(), isDigit) &&
           (text.isEmpty() || text.toInt() <= 65535);
}

}  // namespace

bool isTokenChar(char c)
{
    return isIn(kTokenChars, c);
}

qsizetype tokenLength(QByteArrayView text)
{
    return runLength(kTokenChars, text);
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && tokenLength(text) == text.size();
}

bool isFieldText(char c)
{
    return isIn(kFieldChars, c);
}

qsizetype fieldTextLength(QByteArrayView text)
{
    // Checks eight bytes at a time while none of them is a control character. Control characters are rare in
    // a head.
    qsizetype length = 0;
    for (std::uint64_t word = 0; text.size() - length >= qsizetype(sizeof word);
         length += qsizetype(sizeof word)) {
        std::memcpy(&word, text.data() + length, sizeof word);
        if (hasByteBelow(word, 0x20) || hasZeroByte(word ^ (kEachByte * 0x7f)))
            break;
    }
    return length + runLength(kFieldChars, text.sliced(length));
}

bool isFieldValue(QByteArrayView text)
{
    return fieldTextLength(text) == text.size();
}

qsizetype targetLength(QByteArrayView text)
{
    return runLength(kTargetChars, text);
}

QByteArrayView trimOws(QByteArrayView text)
{
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.isEmpty() && isBlank(text.front()))
        text = text.sliced(1);
    while (!text.isEmpty() && isBlank(text.back()))
        text.chop(1);
    return text;
}

bool sameLetters(const char *a, const char *b, qsizetype size)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return std::equal(a, a + size, b, [lower](char x, char y) { return lower(x) == lower(y); });
}

bool hasValidEscapes(QByteArrayView text)
{
    for (qsizetype i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 3)) {
        if (i + 2 >= text.size() || hexValue(text[i + 1]) < 0 || hexValue(text[i + 2]) < 0)
            return false;
    }
    return true;
}

bool isHostAndPort(QByteArrayView text)
{
    if (text.startsWith('[')) {
        const qsizetype end = text.indexOf(']');
        if (end < 2)
            return false;
        const QByteArrayView address = text.sliced(1, end - 1);
        const bool valid = std::all_of(address.begin(), address.end(),
                                       [](char c) { return hexValue(c) >= 0 || c == ':' || c == '.'; });
        const QByteArrayView rest = text.sliced(end + 1);
        return valid && (rest.isEmpty() || (rest.startsWith(':') && isPort(rest.sliced(1))));
    }
    const qsizetype colon = text.indexOf(':');
    const QByteArrayView host = colon < 0 ? text : text.first(colon);
    if (host.isEmpty() || !hasValidEscapes(host) ||
        !std::all_of(host.begin(), host.end(), [](char c) { return isIn(kRegNameChars, c); }))
        return false;
    return colon < 0 || isPort(text.sliced(colon + 1));
}

std::optional<qint64> parseContentLength(QByteArrayView value)
{
    constexpr qint64 kMax = std::numeric_limits<qint64>::max();
    if (value.isEmpty() || value.size() > 19)
        return std::nullopt;
    qint64 length = 0;
    for (const char c : value) {
        if (!isDigit(c))
            return std::nullopt;
        const qint64 digit = c - '0';
        if (length > (kMax - digit) / 10)
            return std::nullopt;
        length = length * 10 + digit;
    }
    return length;
}

std::optional<qint64> parseDigits(QByteArrayView text, qint64 most)
{
    if (text.isEmpty() || !std::all_of(text.begin(), text.end(), isDigit))
        return std::nullopt;
    qint64 number = 0;
    for (const char digit : text)
        number = std::min(number * 10 + (digit - '0'), most);
    return number;
}

bool listContains(QByteArrayView list, QByteArrayView token)
{
    bool found = false;
    forEachListElement(list,
                       [&](QByteArrayView element) { found = found || equalsIgnoreCase(element, token); });
    return found;
}

}  // namespace holdline::http
