// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/decimate.h"

#include <algorithm>

namespace holdline::monitor {

namespace {

using std::chrono::seconds;

/// Samples arrive a little early or late. Missing time that is shorter than this does not count as a gap.
constexpr Milliseconds kSlack(500);

WallTime beginOf(const Sample &sample)
{
    return sample.at - std::chrono::floor<Milliseconds>(sample.span);
}

/// Returns the beginning of the column that contains the sample taken at `at`. A sample measures the time
/// before `at`.
WallTime columnBefore(WallTime at, Milliseconds length)
{
    const auto since = (at - Milliseconds(1)).time_since_epoch();
    auto rest = since % length;
    if (rest < Milliseconds::zero())
        rest += length;
    return WallTime(since - rest);
}

}  // namespace

seconds columnLength(Milliseconds span, int maxColumns)
{
    const auto fits = [&](seconds length) { return span <= Milliseconds(length) * std::max(maxColumns, 1); };
    for (const int length : {1, 2, 5, 10, 15, 20, 30}) {
        if (fits(seconds(length)))
            return seconds(length);
    }
    int minutes = 1;
    while (!fits(std::chrono::minutes(minutes)))
        ++minutes;
    return std::chrono::minutes(minutes);
}

std::vector<TimeColumn> columnsOf(const std::deque<Sample> &samples, const TimeRange &range, int maxColumns)
{
    const Milliseconds length = columnLength(range.length(), maxColumns);
    std::vector<TimeColumn> columns;
    const auto begin = std::upper_bound(samples.begin(), samples.end(), range.from,
                                        [](WallTime at, const Sample &sample) { return at < sample.at; });
    for (auto i = static_cast<std::size_t>(begin - samples.begin()); i < samples.size(); ++i) {
        const Sample &sample = samples[i];
        if (beginOf(sample) >= range.to)
            break;
        if (sample.span <= Microseconds::zero())
            continue;
        const bool each = length <= Milliseconds(1000);
        const WallTime from = each ? beginOf(sample) : columnBefore(sample.at, length);
        const WallTime to = each ? sample.at : from + length;
        const bool afterGap = i > 0 && beginOf(sample) > samples[i - 1].at + kSlack;
        if (columns.empty() || columns.back().from != from)
            columns.push_back({from, to, i, i + 1, afterGap});
        else
            columns.back().last = i + 1;
    }
    return columns;
}

std::ptrdiff_t columnsBegunBy(const std::vector<TimeColumn> &columns, WallTime at)
{
    const auto after =
        std::upper_bound(columns.begin(), columns.end(), at,
                         [](WallTime time, const TimeColumn &column) { return time < column.from; });
    return after - columns.begin();
}

std::optional<TimeColumn> columnAt(const std::vector<TimeColumn> &columns, WallTime at)
{
    const auto after = columns.begin() + columnsBegunBy(columns, at);
    if (after == columns.begin())
        return std::nullopt;
    const TimeColumn &found = *(after - 1);
    const bool between = after != columns.end() && !after->afterGap;
    if (at >= found.to && !between && at != found.to)
        return std::nullopt;
    return found;
}

TimeRange rangeOf(const std::vector<TimeColumn> &columns, WallTime one, WallTime other)
{
    const auto [first, last] = std::minmax(one, other);
    const std::optional<TimeColumn> from = columnAt(columns, first);
    const std::optional<TimeColumn> to = columnAt(columns, last);
    const WallTime begin = from ? from->from : first;
    return {begin, std::max(to ? to->to : last, begin + Milliseconds(1))};
}

std::optional<double> highest(const std::deque<Sample> &samples, const TimeColumn &column,
                              const std::function<std::optional<double>(const Sample &)> &value)
{
    std::optional<double> maximum;
    for (std::size_t i = column.first; i < column.last; ++i) {
        const std::optional<double> one = value(samples[i]);
        if (one && (!maximum || *one > *maximum))
            maximum = one;
    }
    return maximum;
}

std::optional<double> meanOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase)
{
    Microseconds sum{};
    std::uint64_t count = 0;
    for (std::size_t i = column.first; i < column.last; ++i) {
        const HistogramSlice &values = samples[i].phases[static_cast<std::size_t>(phase)];
        sum += values.sum();
        count += values.count();
    }
    if (count == 0)
        return std::nullopt;
    return static_cast<double>(sum.count()) / static_cast<double>(count);
}

std::optional<double> quantileOf(const std::deque<Sample> &samples, const TimeColumn &column, Phase phase,
                                 double q)
{
    return highest(samples, column, [phase, q](const Sample &sample) -> std::optional<double> {
        const HistogramSlice &values = sample.phases[static_cast<std::size_t>(phase)];
        if (values.isEmpty())
            return std::nullopt;
        return static_cast<double>(values.quantile(q).count());
    });
}

std::optional<double> pooledQuantileOf(const std::deque<Sample> &samples, const TimeColumn &column,
                                       Phase phase, double q)
{
    HistogramSlice all;
    for (std::size_t i = column.first; i < column.last; ++i)
        all.merge(samples[i].phases[static_cast<std::size_t>(phase)]);
    if (all.isEmpty())
        return std::nullopt;
    return static_cast<double>(all.quantile(q).count());
}

std::vector<Run> runsOf(const std::vector<TimeColumn> &columns, const std::function<bool(std::size_t)> &has)
{
    std::vector<Run> runs;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!has(i))
            continue;
        const bool joins = !runs.empty() && runs.back().last == i && !columns[i].afterGap;
        if (joins)
            runs.back().last = i + 1;
        else
            runs.push_back({i, i + 1});
    }
    return runs;
}

}  // namespace holdline::monitor
