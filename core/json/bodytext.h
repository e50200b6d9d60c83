// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace holdline {

/// Returns whether a body can be shown as text: valid UTF-8 without control characters, except tabs and line
/// ends. As a JSON string such a body takes at most twice its size.
bool isShowable(QByteArrayView body);

/// Returns whether a Content-Type is application/json or ends in `+json` (RFC 6839). Parameters are ignored.
bool isJsonType(QByteArrayView contentType);

/// Returns the longest prefix of at most `limit` bytes that does not end inside a UTF-8 character.
QByteArrayView wholeCharacters(QByteArrayView text, qsizetype limit);

}  // namespace holdline
