// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace holdline {

/// Whether a body can be shown as text, and put into JSON at no more than twice its size: valid UTF-8 without
/// control characters but tabs and line ends.
bool isShowable(QByteArrayView body);

/// The longest beginning of at most `limit` bytes that does not end in the middle of a character of UTF-8.
QByteArrayView wholeCharacters(QByteArrayView text, qsizetype limit);

}  // namespace holdline
