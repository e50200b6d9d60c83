// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline {

/// The clock every duration and deadline is measured with. Rules never read it: `now` is passed in.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace holdline
