// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

/// Groups samples into as many columns as a chart has room for. Columns are aligned to the service's clock,
/// so a scrolling chart shows the same columns at new positions. Pure functions.
namespace holdline::monitor {

/// The samples [first, last), which measured the time from `from` to `to`.
struct TimeColumn
{
    WallTime from{};
    WallTime to{};
    std::size_t first = 0;
    std::size_t last = 0;
    /// The samples have a gap between the previous column and this one.
    bool afterGap = false;

    friend bool operator==(const TimeColumn &, const TimeColumn &) = default;
};

/// The length of a column: the shortest of 1, 2, 5, 10, 15, 20, 30 seconds and whole minutes that divides
/// `span` into at most `maxColumns` columns.
std::chrono::seconds columnLength(Milliseconds span, int maxColumns);

/// The columns of `range` that have samples, oldest first: up to `maxColumns` whole columns, and possibly
/// a partial one at each end. A one-second column shows exactly one sample, drawn over the time that the
/// sample covered. Otherwise timer drift would leave gaps in the chart. Samples that cover no time (span
/// 0) are ignored.
std::vector<TimeColumn> columnsOf(const std::deque<Sample> &samples, const TimeRange &range, int maxColumns);

/// The number of columns that begin at `at` or earlier.
std::ptrdiff_t columnsBegunBy(const std::vector<TimeColumn> &columns, WallTime at);
/// The column of a time. The time between two columns belongs to the earlier one, unless there is a gap.
std::optional<TimeColumn> columnAt(const std::vector<TimeColumn> &columns, WallTime at);
/// The range of whole columns between two times, in any order. Where no column is, the time itself counts.
TimeRange rangeOf(const std::vector<TimeColumn> &columns, WallTime one, WallTime other);

/// The maximum of `value` over the column's samples. Empty when `value` is empty for all of them.
std::optional<double> highest(const std::deque<Sample> &samples, const TimeColumn &column,
                              const std::function<std::optional<double>(const Sample &)> &value);

/// The mean duration of one job phase over the samples of the column, in microseconds. Empty when no job
/// ended.
std::optional<double> meanOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase);
/// The maximum of the samples' quantiles, in microseconds. It shows a spike of one second even in a column of
/// a minute.
std::optional<double> quantileOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase,
                                 double q);

/// The quantile of all values in the column together, in microseconds.
std::optional<double> pooledQuantileOf(const std::deque<Sample> &samples, const TimeColumn &column,
                                       Phase phase, double q);

/// Adjacent columns without a gap: the indexes [first, last).
struct Run
{
    std::size_t first = 0;
    std::size_t last = 0;

    friend bool operator==(const Run &, const Run &) = default;
};
/// Splits the columns at gaps and at columns for which `has` is false.
std::vector<Run> runsOf(const std::vector<TimeColumn> &columns, const std::function<bool(std::size_t)> &has);

}  // namespace holdline::monitor
