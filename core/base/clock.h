// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline {

/// The clock for all durations and deadlines. It is monotonic: setting the time of day does not move it.
/// The classes of core/job never read the clock. Their callers pass the current time as `now`.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace holdline
