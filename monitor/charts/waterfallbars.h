// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <vector>

namespace holdline::monitor {

/// One bar of a waterfall. Times count from the arrival of the request.
struct WaterfallBar
{
    enum class Part : std::uint8_t { Queue, Start, Job, Answer };

    Part part = Part::Queue;
    Microseconds from{};
    Microseconds to{};
    bool growing = false;  ///< the phase has not ended; `to` is the present time

    Microseconds length() const { return to - from; }
    friend bool operator==(const WaterfallBar &, const WaterfallBar &) = default;
};

/// Returns the bars of a job, one after the other. An unfinished phase ends at `now`, or at the end of an
/// ended job. Phases that never began have no bar. The answer bar is the rest of the total after the
/// callback. Pure.
std::vector<WaterfallBar> waterfallBars(const JobRow &row, WallTime now);

}  // namespace holdline::monitor
