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

/// One column of a chart: the samples with the indexes [first, last), which measured the time from `from` to
/// `to`.
struct TimeColumn
{
    WallTime from{};
    WallTime to{};
    std::size_t first = 0;
    std::size_t last = 0;
    /// True when samples are missing between the previous column and this one.
    bool afterGap = false;

    friend bool operator==(const TimeColumn &, const TimeColumn &) = default;
};

/// Returns the length of a column: the shortest of 1, 2, 5, 10, 15, 20, 30 seconds and whole minutes that
/// divides `span` into at most `maxColumns` columns.
std::chrono::seconds columnLength(Milliseconds span, int maxColumns);

/// Returns the columns of `range` that have samples, oldest first: up to `maxColumns` whole columns, and
/// possibly a partial one at each end. A one-second column shows exactly one sample, drawn over the time that
/// the sample covered. Otherwise timer drift would leave gaps in the chart. Samples that cover no time (span
/// 0) are ignored.
std::vector<TimeColumn> columnsOf(const std::deque<Sample> &samples, const TimeRange &range, int maxColumns);

/// Returns the number of columns that begin at `at` or earlier.
std::ptrdiff_t columnsBegunBy(const std::vector<TimeColumn> &columns, WallTime at);
/// Returns the column that contains a time. A time between two columns belongs to the earlier column, unless
/// samples are missing there.
std::optional<TimeColumn> columnAt(const std::vector<TimeColumn> &columns, WallTime at);
/// Returns the range from one time to the other, in any order, extended to whole columns. A time outside all
/// columns is used as it is.
TimeRange rangeOf(const std::vector<TimeColumn> &columns, WallTime one, WallTime other);

/// Returns the maximum of `value` over the column's samples. Empty when `value` is empty for all of them.
std::optional<double> highest(const std::deque<Sample> &samples, const TimeColumn &column,
                              const std::function<std::optional<double>(const Sample &)> &value);

/// Returns the mean duration of one job phase over the samples of the column, in microseconds. Empty when no
/// job ended in them.
std::optional<double> meanOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase);
/// Returns the maximum of the single samples' quantiles, in microseconds. It shows a peak of one second even
/// in a column of one minute.
std::optional<double> quantileOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase,
                                 double q);

/// Returns the quantile of all values in the column together, in microseconds.
std::optional<double> pooledQuantileOf(const std::deque<Sample> &samples, const TimeColumn &column,
                                       Phase phase, double q);

/// Adjacent columns without a gap between them: those with the indexes [first, last).
struct Run
{
    std::size_t first = 0;
    std::size_t last = 0;

    friend bool operator==(const Run &, const Run &) = default;
};
/// Splits the columns at gaps and at columns for which `has` is false.
std::vector<Run> runsOf(const std::vector<TimeColumn> &columns, const std::function<bool(std::size_t)> &has);

}  // namespace holdline::monitor
