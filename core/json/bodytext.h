// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace holdline {

/// True when a body can be shown as text: valid UTF-8, and no control characters except tabs and line
/// ends. As JSON it then takes at most twice its size.
bool isShowable(QByteArrayView body);

/// True for application/json and for types that end in `+json` (RFC 6839). Parameters do not matter.
bool isJsonType(QByteArrayView contentType);

/// The longest prefix of at most `limit` bytes that does not end inside a UTF-8 character.
QByteArrayView wholeCharacters(QByteArrayView text, qsizetype limit);

}  // namespace holdline
