// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"

#include <QByteArray>

#include <chrono>

namespace holdline {

/// The values of this machine's clocks at one moment.
struct MachineTime
{
    /// The time of day. An administrator or NTP may set it at any moment, to any value.
    WallTime wall{};
    /// CLOCK_BOOTTIME: the time since the machine booted, suspended time included. This clock cannot be set.
    std::chrono::milliseconds sinceBoot{0};
    /// The kernel's boot_id, a new one after each boot. Empty when it cannot be read.
    QByteArray boot;
};

/// Reads all clocks within 100 ms. Tries at most ten times, so the readings can be farther apart when the
/// process is stopped again and again. Thread: any.
MachineTime machineTime();

}  // namespace holdline
