// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

/// How values are shown, everywhere the same. Decimal points and groups of digits are the locale's.
namespace holdline::monitor {

/// "0.3 ms", "6.5 ms", "128 ms", "1.204 s", "2 m 05 s", "3 h 04 m": always as exact as is of use.
QString formatDuration(Microseconds value);
/// "8,431"
QString formatCount(std::int64_t value);
/// Time of day here: "10:31:07", "10:31:07.204".
QString formatClock(WallTime at);
QString formatClockExact(WallTime at);
/// "512 B", "64.0 KiB", "1.5 MiB"
QString formatBytes(std::int64_t bytes);

}  // namespace holdline::monitor
