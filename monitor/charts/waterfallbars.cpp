// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/waterfallbars.h"

#include <algorithm>

namespace holdline::monitor {

std::vector<WaterfallBar> waterfallBars(const JobRow &row, WallTime now)
{
    using Part = WaterfallBar::Part;
    const bool ended = row.total.has_value();
    const Microseconds end =
        std::max(ended ? *row.total : Microseconds(now - row.created), Microseconds::zero());
    std::vector<WaterfallBar> bars;
    Microseconds at{};
    // Adds a bar. A bar without a known length is the last one and extends to the end.
    const auto add = [&](Part part, const std::optional<Microseconds> &length) {
        // The service's and the monitor's clocks differ, so clip the bar at the end.
        const Microseconds to = length ? std::min(at + *length, std::max(end, at)) : std::max(end, at);
        bars.push_back({part, at, to, !length && !ended});
        at = to;
        return length.has_value();
    };
    // A callback can arrive before the start's response. In that case there is no job phase, and the start
    // bar extends to the end.
    if (add(Part::Queue, row.queue) && add(Part::Start, row.start)) {
        if (row.job) {
            add(Part::Job, row.job);
            if (ended && at < end)
                add(Part::Answer, std::nullopt);
        } else if (at < end || !ended) {
            // A job whose start was refused has no job phase.
            const bool ran = row.state == RowState::Running || row.state == RowState::Unconfirmed ||
                             row.state == RowState::Ended;
            if (ran && !row.passThrough)
                add(Part::Job, std::nullopt);
        }
    }
    return bars;
}

}  // namespace holdline::monitor
