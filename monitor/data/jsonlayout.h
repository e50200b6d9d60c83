// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::monitor {

/// Adds line breaks and indentation to JSON text. Members keep their order, and numbers keep their digits.
/// Returns nothing when `text` is not valid JSON.
std::optional<QByteArray> laidOutJson(QByteArrayView text);

/// Returns a hex dump of the first `most` bytes. Each line has the offset, sixteen bytes in hexadecimal, and
/// the same bytes as ASCII text.
QByteArray hexDump(QByteArrayView bytes, qsizetype most);

}  // namespace holdline::monitor
