// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline {

/// A time of the system clock, in milliseconds, as it is stored and shown.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace holdline
