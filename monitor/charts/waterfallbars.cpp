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
    /// One part whose length is known, or the last one, which goes on to the end.
    const auto add = [&](Part part, const std::optional<Microseconds> &length) {
        // Clocks of two processes: what is known never reaches beyond the end.
        const Microseconds to = length ? std::min(at + *length, std::max(end, at)) : std::max(end, at);
        bars.push_back({part, at, to, !length && !ended});
        at = to;
        return length.has_value();
    };
    // A callback can come before the start's answer: then there is no time of the job, and the start goes on
    // to the end.
    if (add(Part::Queue, row.queue) && add(Part::Start, row.start)) {
        if (row.job) {
            add(Part::Job, row.job);
            if (ended && at < end)
                add(Part::Answer, std::nullopt);
        } else if (at < end || !ended) {
            // Accepted or not: a start that was refused is all there is.
            const bool ran = row.state == RowState::Running || row.state == RowState::Unconfirmed ||
                             row.state == RowState::Ended;
            if (ran && !row.passThrough)
                add(Part::Job, std::nullopt);
        }
    }
    return bars;
}

}  // namespace holdline::monitor
