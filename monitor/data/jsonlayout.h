// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::monitor {

/// JSON text on lines, indented; nothing else is changed: no member moves, no number is rounded. Nothing when
/// it is no JSON.
std::optional<QByteArray> laidOutJson(QByteArrayView text);

/// Bytes for people: sixteen a line, with their place before them and what is ASCII behind. Of `most` at
/// most.
QByteArray hexDump(QByteArrayView bytes, qsizetype most);

}  // namespace holdline::monitor
