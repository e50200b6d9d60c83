// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/bodytext.h"

#include <QByteArray>

#include <algorithm>

namespace holdline {

bool isShowable(QByteArrayView body)
{
    const bool hasControl = std::any_of(body.begin(), body.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    });
    return !hasControl && body.isValidUtf8();
}

bool isJsonType(QByteArrayView contentType)
{
    const qsizetype semicolon = contentType.indexOf(';');
    const QByteArray type =
        (semicolon < 0 ? contentType : contentType.first(semicolon)).trimmed().toByteArray().toLower();
    return type == "application/json" || type.endsWith("+json");
}

QByteArrayView wholeCharacters(QByteArrayView text, qsizetype limit)
{
    if (text.size() <= limit)
        return text;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    qsizetype end = limit;
    // A UTF-8 character has at most four bytes. More continuation bytes in a row are not UTF-8 and may be cut
    // at any place.
    while (end > 0 && limit - end < 4 && continues(text[end]))
        --end;
    return text.first(continues(text[end]) ? limit : end);
}

}  // namespace holdline
