// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <vector>

namespace holdline::monitor {

/// One bar of a waterfall; times are since the job was asked for.
struct WaterfallBar
{
    enum class Part : std::uint8_t { Queue, Start, Job, Answer };

    Part part = Part::Queue;
    Microseconds from{};
    Microseconds to{};
    bool growing = false;  ///< still under way: ends now

    Microseconds length() const { return to - from; }
    friend bool operator==(const WaterfallBar &, const WaterfallBar &) = default;
};

/// What is known of a job as bars, one after the other; what is under way ends at `now`, what was under way
/// when the job ended ends there. A part that never began is left out. The answer is what remains of the
/// total after the callback. Pure.
std::vector<WaterfallBar> waterfallBars(const JobRow &row, WallTime now);

}  // namespace holdline::monitor
