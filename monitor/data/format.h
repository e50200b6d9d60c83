// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

/// Texts for values, the same in every view. Decimal points and separators follow the locale.
namespace holdline::monitor {

/// "0.3 ms", "6.5 ms", "128 ms", "1.204 s", "2 m 05 s", "3 h 04 m"; negative values start with "−".
QString formatDuration(Microseconds value);
/// "8,431"
QString formatCount(std::int64_t value);
/// "1 row", "8,431 rows". `one` and `many` are the noun's singular and plural.
QString formatCounted(std::int64_t count, const QString &one, const QString &many);
/// Local time of day: "10:31:07" and "10:31:07.204".
QString formatClock(WallTime at);
QString formatClockExact(WallTime at);
/// "512 B", "64.0 KiB", "1.5 MiB"
QString formatBytes(std::int64_t bytes);

}  // namespace holdline::monitor
