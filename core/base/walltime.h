// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline {

/// A time of the system clock, in milliseconds, as it is stored and shown.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The system clock now. Thread: any.
inline WallTime wallNow()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace holdline
