// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/scale.h"
#include "monitor/data/timerange.h"

#include <QString>

#include <functional>
#include <vector>

/// Where axes have their marks, and what stands there. Pure.
namespace holdline::monitor {

struct Tick
{
    double value = 0;
    QString label;  ///< empty: a mark without words

    friend bool operator==(const Tick &, const Tick &) = default;
};

/// In the largest unit of which it is a whole number: "30 s", "1 min", "1,500 ms".
QString roundDurationText(Microseconds duration);

/// From 0 on: steps of 1, 2 or 5 times a power of ten, at most `most` (at least 2) of them, whole numbers
/// only when `whole`. The last is at or above `high`: an axis that ends there needs no more room.
std::vector<Tick> numberTicks(double high, int most, bool whole);
/// The same for times in microseconds, with steps that people use (… 500 ms, 1 s, 2 s, 5 s, 15 s, 30 s,
/// 1 min …) and one unit for all labels where that reads well.
std::vector<Tick> durationTicks(Microseconds high, int most);
/// For a logarithmic axis: each power of ten of a second and, where there is room for them, 2 and 5 times;
/// whole minutes above one.
std::vector<Tick> logDurationTicks(Microseconds low, Microseconds high, int most);
/// Times of day at round seconds, minutes or hours of the local clock, within the range.
std::vector<Tick> clockTicks(const TimeRange &range, int most);

/// Empties the labels that would come nearer than `gap` pixels to one kept before them. `length` tells how
/// long a label is along the axis.
void thin(std::vector<Tick> &ticks, const Scale &scale, const std::function<double(const QString &)> &length,
          double gap);

}  // namespace holdline::monitor
