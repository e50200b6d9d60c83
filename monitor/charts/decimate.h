// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

/// From many samples to as many columns as a chart has room for. Columns are whole steps of the service's
/// clock, not every n-th sample: a chart that scrolls shows the same columns, moved. Pure.
namespace holdline::monitor {

/// The samples [first, last), which stand for the time from `from` to `to`.
struct TimeColumn
{
    WallTime from{};
    WallTime to{};
    std::size_t first = 0;
    std::size_t last = 0;
    /// Nothing is known of some time between this column and the one before it.
    bool afterGap = false;

    friend bool operator==(const TimeColumn &, const TimeColumn &) = default;
};

/// How long a column is: the shortest of 1, 2, 5, 10, 15, 20, 30 seconds and whole minutes that needs at most
/// `most` columns for `span`.
std::chrono::seconds columnLength(Milliseconds span, int most);

/// The columns of `range` that have samples, oldest first; at most `most`, and one at each end that is cut.
/// With columns of a second each is one sample with its own span, so that a timer that drifts leaves no
/// holes. Samples without a span measured nothing and are left out.
std::vector<TimeColumn> columnsOf(const std::deque<Sample> &samples, const TimeRange &range, int most);

/// The largest of what `value` says of the column's samples; nothing when it says nothing of any.
std::optional<double> highest(const std::deque<Sample> &samples, const TimeColumn &column,
                              const std::function<std::optional<double>(const Sample &)> &value);

/// The mean of a phase in the column, in microseconds; nothing when nothing ended.
std::optional<double> meanOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase);
/// The largest of the samples' own quantiles: a spike of one second stays one in a column of a minute.
std::optional<double> quantileOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase,
                                 double q);

/// The quantile of all values in the column together.
std::optional<double> pooledQuantileOf(const std::deque<Sample> &samples, const TimeColumn &column,
                                       Phase phase, double q);

/// Columns one after the other with nothing missing between them: [first, last) of `columns`.
struct Run
{
    std::size_t first = 0;
    std::size_t last = 0;

    friend bool operator==(const Run &, const Run &) = default;
};
/// Cuts the columns where time or (`has` says no) a value is missing.
std::vector<Run> runsOf(const std::vector<TimeColumn> &columns, const std::function<bool(std::size_t)> &has);

}  // namespace holdline::monitor
