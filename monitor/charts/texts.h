// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

/// Texts of charts, in addition to monitor/data/format.h.
namespace holdline::monitor {

/// Formats a duration with three significant digits: "412 µs", "1.25 ms", "12.3 s", "2 min 5 s". Charts need
/// finer steps than formatDuration().
QString durationText(Microseconds took);
/// "1,204": formatCount() of an unsigned number.
QString countText(std::uint64_t count);
/// "0.4", "12.5", "1,204", without a unit.
QString rateText(double perSecond);
/// "12 %", "0.4 %", "< 0.1 %". "0 %" only for exactly 0, and "100 %" only for the whole.
QString shareText(std::uint64_t part, std::uint64_t whole);
/// "10:31:07 to 10:32:07".
QString rangeText(WallTime from, WallTime to);
QString phaseText(Phase phase);

}  // namespace holdline::monitor
