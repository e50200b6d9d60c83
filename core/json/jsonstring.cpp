// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ascii.h"
#include "core/json/jsontext.h"
#include "core/json/jsonunits.h"

#include <algorithm>
#include <cstdint>

namespace holdline {

using namespace json;

namespace {

using Byte = unsigned char;

/// Returns the UTF-16 code unit whose four hex digits begin at index `at`. The digits must be valid.
std::uint32_t unitAt(QByteArrayView text, qsizetype at)
{
    std::uint32_t unit = 0;
    for (qsizetype i = 0; i < 4; ++i)
        unit = unit * 16 + static_cast<std::uint32_t>(hexValue(static_cast<Byte>(text[at + i])));
    return unit;
}

void appendUtf8(QByteArray &out, std::uint32_t code)
{
    const auto put = [&out](std::uint32_t byte) { out.append(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

char simpleEscape(char c)
{
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;  // an escaped quote, backslash or slash means the character itself
    }
}

bool mustBeEscaped(char c)
{
    const auto byte = static_cast<Byte>(c);
    return byte < 0x20 || byte == 0x7F || byte == '"' || byte == '\\';
}

}  // namespace

bool isJsonString(QByteArrayView literal, QByteArrayView text)
{
    const QByteArrayView inner = literal.sliced(1, literal.size() - 2);
    return inner.contains('\\') ? unescapeJson(literal) == text : inner == text;
}

QByteArray unescapeJson(QByteArrayView literal)
{
    const QByteArrayView text = literal.sliced(1, literal.size() - 2);
    if (!text.contains('\\'))
        return text.toByteArray();
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.append(text[i]);
        } else if (text[++i] != 'u') {
            out.append(simpleEscape(text[i]));
        } else {
            std::uint32_t code = unitAt(text, i + 1);
            i += 4;
            if (isHighSurrogate(code)) {
                code = 0x10000 + ((code - 0xD800) << 10) + (unitAt(text, i + 3) - 0xDC00);
                i += 6;
            }
            appendUtf8(out, code);
        }
    }
    return out;
}

QByteArray quoteJson(QByteArrayView text)
{
    static constexpr char kHex[] = "0123456789abcdef";
    QByteArray out;
    out.reserve(text.size() + 2);
    out.append('"');
    while (!text.isEmpty()) {
        const auto *const end = std::find_if(text.begin(), text.end(), mustBeEscaped);
        out.append(text.first(end - text.begin()));
        text = text.sliced(end - text.begin());
        if (text.isEmpty())
            break;
        const auto byte = static_cast<Byte>(text.front());
        if (byte == '"' || byte == '\\')
            out.append('\\').append(text.front());
        else
            out.append("\\u00").append(kHex[byte >> 4]).append(kHex[byte & 0xF]);
        text = text.sliced(1);
    }
    return out.append('"');
}

}  // namespace holdline
