// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"

#include <QByteArray>

#include <chrono>

namespace holdline {

/// One reading of this machine's clocks.
struct MachineTime
{
    /// The time of day. An administrator or NTP may set it at any moment, to any value.
    WallTime wall{};
    /// CLOCK_BOOTTIME: counts since the machine started, also while it is suspended. Nobody can set it.
    std::chrono::milliseconds sinceBoot{0};
    /// Differs after each start of the machine. Empty when the system does not tell it.
    QByteArray boot;
};

/// Reads all clocks at the same moment. Thread: any.
MachineTime machineTime();

}  // namespace holdline
