// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/scale.h"
#include "monitor/data/timerange.h"

#include <QString>

#include <functional>
#include <vector>

/// Positions and labels of the ticks of an axis. Pure functions.
namespace holdline::monitor {

struct Tick
{
    double value = 0;
    QString label;  ///< empty for a tick without a label

    friend bool operator==(const Tick &, const Tick &) = default;
};

/// Formats a duration in the largest unit that divides it without a remainder: "30 s", "1 min", "1,500 ms".
QString roundDurationText(Microseconds duration);

/// Returns ticks from 0 in steps of 1, 2 or 5 times a power of ten, at most `most` steps (at least 2).
/// `whole` allows only whole numbers. The last tick is at or above `high`, so an axis that ends there shows
/// all values.
std::vector<Tick> numberTicks(double high, int most, bool whole);
/// Like numberTicks(), but for times in microseconds and in common steps (… 500 ms, 1 s, 2 s, 5 s, 15 s, 30
/// s, 1 min …). All labels use one unit where possible.
std::vector<Tick> durationTicks(Microseconds high, int most);
/// Returns ticks for a logarithmic axis: each power of ten of a second, and 2 and 5 times these powers if
/// they fit. Whole minutes above one minute.
std::vector<Tick> logDurationTicks(Microseconds low, Microseconds high, int most);
/// Returns ticks at round seconds, minutes or hours of local time, within the range.
std::vector<Tick> clockTicks(const TimeRange &range, int most);

/// Clears each label that is nearer than `gap` pixels to the previous label. `length` returns the length of a
/// label along the axis, in pixels.
void thinLabels(std::vector<Tick> &ticks, const Scale &scale,
                const std::function<double(const QString &)> &length, double gap);

}  // namespace holdline::monitor
