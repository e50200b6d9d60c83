// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::monitor {

/// Adds line breaks and indentation to JSON text. Members keep their order and numbers their digits. Empty
/// when `text` is not valid JSON.
std::optional<QByteArray> laidOutJson(QByteArrayView text);

/// A hex dump of the first `most` bytes: sixteen per line, after their offset and before their ASCII text.
QByteArray hexDump(QByteArrayView bytes, qsizetype most);

}  // namespace holdline::monitor
