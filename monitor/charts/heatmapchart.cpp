// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/heatmapchart.h"

#include "monitor/charts/texts.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

/// Height of a cell in pixels.
constexpr double kRow = 6;
constexpr int kShades = 256;

QString titleOf(Phase phase)
{
    switch (phase) {
        case Phase::Queue:
            return HeatMapChart::tr("Time in the queue, per job");
        case Phase::Start:
            return HeatMapChart::tr("Time of the start request, per job");
        case Phase::Job:
            return HeatMapChart::tr("Running time, per job");
        case Phase::Total:
            break;
    }
    return HeatMapChart::tr("Time until the response, per job");
}

}  // namespace

HeatMapChart::HeatMapChart(const SampleHistory &history, QWidget *parent)
    : TimelineChart(titleOf(Phase::Total), history, parent)
{
}

void HeatMapChart::setPhase(Phase phase)
{
    if (phase == m_phase)
        return;
    m_phase = phase;
    setTitle(titleOf(phase));
    refresh();
}

LatencyBins HeatMapChart::rowsFor(const ChartFrame &frame, const std::vector<TimeColumn> &columns) const
{
    HistogramSlice ends;
    const auto take = [&](const HistogramSlice &values) {
        if (values.isEmpty())
            return;
        const std::uint32_t low = values.buckets().front().upTo;
        const std::uint32_t high = values.buckets().back().upTo;
        if (!ends.isEmpty() && low >= ends.buckets().front().upTo && high <= ends.buckets().back().upTo)
            return;
        ends.merge(HistogramSlice({{low, 1}}, {}, Microseconds(low)));
        ends.merge(HistogramSlice({{high, 1}}, {}, Microseconds(high)));
    };
    for (const TimeColumn &column : columns) {
        for (std::size_t i = column.first; i < column.last; ++i)
            take(samples()[i].phases[static_cast<std::size_t>(m_phase)]);
    }
    const Microseconds line = m_phase == Phase::Total ? deadline() : Milliseconds{};
    return LatencyBins::around(ends, line, std::max(4, static_cast<int>(frame.plot.height() / kRow)));
}

LatencyBins HeatMapChart::counted(LatencyBins rows, const TimeColumn &column) const
{
    rows.zero();
    for (std::size_t i = column.first; i < column.last; ++i)
        rows.add(samples()[i].phases[static_cast<std::size_t>(m_phase)]);
    return rows;
}

Scale HeatMapChart::valueScale(const ChartFrame &frame, const LatencyBins &rows)
{
    return {Scale::Kind::Log, static_cast<double>(rows.low().count()),
            static_cast<double>(rows.high().count()), std::floor(frame.plot.bottom()) + 0.5,
            frame.plot.top()};
}

void HeatMapChart::paintSeries(QPainter &painter, const ChartFrame &frame,
                               const std::vector<TimeColumn> &columns) const
{
    LatencyBins rows = rowsFor(frame, columns);
    const Scale values = valueScale(frame, rows);
    const Scale time = timeScale(frame);
    const int most = std::max(2, static_cast<int>(frame.plot.height() / 22));
    paintValueAxis(painter, frame, values, logDurationTicks(rows.low(), rows.high(), most));

    // Count first, because the colours depend on the largest count.
    const auto height = static_cast<std::size_t>(rows.size());
    std::vector<std::uint64_t> counts(columns.size() * height);
    std::uint64_t highest = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        rows = counted(std::move(rows), columns[i]);
        for (std::size_t row = 0; row < height; ++row)
            counts[i * height + row] = rows.count(static_cast<int>(row));
        highest = std::max(highest, rows.highest());
    }
    m_most = highest;
    if (highest == 0) {
        paintPlaceholder(painter, frame, tr("No job ended in this time range"));
        return;
    }

    std::array<QColor, kShades> shades;
    for (int i = 0; i < kShades; ++i)
        shades[static_cast<std::size_t>(i)] = frame.theme.heat(i / (kShades - 1.0));
    const double whole = std::log(static_cast<double>(std::max<std::uint64_t>(highest, 2)));
    std::vector<double> edges;
    for (std::size_t row = 0; row <= height; ++row)
        edges.push_back(
            std::round(values.pixel(static_cast<double>(rows.edge(static_cast<int>(row)).count()))));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const ColumnExtent x = extentOf(columns[i], time, frame);
        // Extend the column to the next one, so that no seam shows between them.
        const bool joins = i + 1 < columns.size() && !columns[i + 1].afterGap;
        const double left = std::round(x.left);
        const double right =
            std::max(std::round(joins ? extentOf(columns[i + 1], time, frame).left : x.right), left + 1);
        for (std::size_t row = 0; row < height; ++row) {
            const std::uint64_t count = counts[i * height + row];
            if (count == 0)
                continue;
            const double share = std::log(static_cast<double>(count)) / whole;
            const auto shade = static_cast<std::size_t>(std::lround(share * (kShades - 1)));
            painter.fillRect(QRectF(left, edges[row + 1], right - left, edges[row] - edges[row + 1]),
                             shades[shade]);
        }
    }
    if (m_phase == Phase::Total)
        paintDeadlineAcross(painter, frame, values, deadline());
}

QList<Reading> HeatMapChart::readings(const TimeColumn &column, const ChartFrame &frame,
                                      std::optional<qreal> y) const
{
    const LatencyBins rows = counted(rowsFor(frame, columns(frame)), column);
    std::uint64_t all = 0;
    for (int row = 0; row < rows.size(); ++row)
        all += rows.count(row);
    QList<Reading> lines;
    if (y && *y >= frame.plot.top() && *y <= frame.plot.bottom()) {
        const double us = valueScale(frame, rows).value(*y);
        const int row = rows.binOf(Microseconds(std::llround(us)));
        lines.append({tr("%1 to %2").arg(durationText(rows.edge(row)), durationText(rows.edge(row + 1))),
                      countText(rows.count(row)),
                      {}});
    }
    lines.append({tr("Jobs ended"), countText(all), {}});
    const auto quantile = [&](double q) { return quantileOf(samples(), column, m_phase, q); };
    if (const std::optional<double> half = quantile(0.5))
        lines.append({tr("p50"), durationText(Microseconds(std::llround(*half))), {}});
    if (const std::optional<double> tail = quantile(0.99))
        lines.append({tr("p99"), durationText(Microseconds(std::llround(*tail))), {}});
    return lines;
}

QList<ChartKey> HeatMapChart::legend() const
{
    if (m_most == 0)
        return {};
    return {{ChartKey::Shape::Ramp, Ink::Line, tr("1 to %1 jobs").arg(countText(m_most))}};
}

}  // namespace holdline::monitor
