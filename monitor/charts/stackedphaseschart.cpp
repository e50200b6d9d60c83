// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/stackedphaseschart.h"

#include "monitor/charts/texts.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

constexpr double kTail = 0.99;
/// The p99 line has at most this many points, each for at least kTailLeast. The p99 of one second would only
/// be the slowest job.
constexpr int kTailPoints = 100;
constexpr std::chrono::seconds kTailLeast(5);
/// The p99 line may extend the axis to this many times the areas' height. A higher line is cut and a label
/// gives its maximum, so that one timed-out job does not flatten the areas.
constexpr double kStretch = 3;
/// The axis extends to the deadline when the deadline is at most this many times the highest value.
constexpr double kNear = 1.5;

Microseconds rounded(double us)
{
    return Microseconds(std::llround(us));
}

}  // namespace

StackedPhasesChart::StackedPhasesChart(const SampleHistory &history, QWidget *parent)
    : TimelineChart(tr("Time per phase (mean)"), history, parent)
{
}

void StackedPhasesChart::setFigure(Figure figure)
{
    if (figure == m_figure)
        return;
    m_figure = figure;
    setTitle(figure == Figure::Mean ? tr("Time per phase (mean)") : tr("Time per phase (p95)"));
    refresh();
}

std::optional<double> StackedPhasesChart::figureOf(const TimeColumn &column, Phase phase) const
{
    return m_figure == Figure::Mean ? meanOf(samples(), column, phase)
                                    : quantileOf(samples(), column, phase, 0.95);
}

std::vector<TimeColumn> StackedPhasesChart::tailColumns() const
{
    const TimeRange shown = *range();
    return columnsOf(samples(), shown, std::min(kTailPoints, static_cast<int>(shown.length() / kTailLeast)));
}

StackedPhasesChart::Stack StackedPhasesChart::stackOf(const std::vector<TimeColumn> &columns,
                                                      const ChartFrame &frame) const
{
    std::vector<std::array<std::optional<double>, kStack.size()>> figures(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t part = 0; part < kStack.size(); ++part)
            figures[i][part] = figureOf(columns[i], kStack[part]);
    }
    const auto anyFigure = [&](std::size_t i) {
        return std::any_of(figures[i].begin(), figures[i].end(),
                           [](const auto &one) { return one.has_value(); });
    };
    const Scale time = timeScale(frame);
    Stack stack;
    for (const Run &run : runsOf(columns, anyFigure)) {
        for (Series &series : stack.parts)
            series.runs.emplace_back();
        for (std::size_t i = run.first; i < run.last; ++i) {
            const ColumnExtent x = extentOf(columns[i], time, frame);
            double height = 0;
            for (std::size_t part = 0; part < kStack.size(); ++part) {
                const double below = height;
                height += figures[i][part].value_or(0);
                stack.parts[part].runs.back().push_back({x.left, x.middle, x.right, height, below});
            }
            stack.highest = std::max(stack.highest, height);
        }
    }
    return stack;
}

StackedPhasesChart::Tail StackedPhasesChart::tailOf(const ChartFrame &frame) const
{
    const std::vector<TimeColumn> columns = tailColumns();
    std::vector<std::optional<double>> values;
    for (const TimeColumn &column : columns)
        values.push_back(pooledQuantileOf(samples(), column, Phase::Total, kTail));
    const Scale time = timeScale(frame);
    Tail tail;
    for (const Run &run : runsOf(columns, [&](std::size_t i) { return values[i].has_value(); })) {
        tail.line.runs.emplace_back();
        for (std::size_t i = run.first; i < run.last; ++i) {
            const ColumnExtent x = extentOf(columns[i], time, frame);
            tail.line.runs.back().push_back({x.left, x.middle, x.right, *values[i], 0});
            tail.highest = std::max(tail.highest, *values[i]);
        }
    }
    return tail;
}

/// Returns the value at the upper end of the axis.
double StackedPhasesChart::topOf(double highestStack, double highestTail) const
{
    double top = std::max(highestStack * 1.05, std::min(highestTail * 1.05, highestStack * kStretch));
    const auto limit = static_cast<double>(Microseconds(deadline()).count());
    if (limit > 0 && limit < top * kNear)
        top = std::max(top, limit * 1.1);
    return std::max(top, 1000.0);
}

void StackedPhasesChart::paintSeries(QPainter &painter, const ChartFrame &frame,
                                     const std::vector<TimeColumn> &columns) const
{
    const Stack stack = stackOf(columns, frame);
    const Tail tail = tailOf(frame);
    const double top = topOf(stack.highest, tail.highest);
    int most = std::max(2, static_cast<int>(frame.plot.height() / 28));
    // The axis ends at the highest value. Even a flat chart gets one tick above 0.
    std::vector<Tick> ticks = durationTicks(rounded(top), most);
    while (ticks[1].value > top)
        ticks = durationTicks(rounded(top), ++most);
    const Scale values(Scale::Kind::Linear, 0, top, std::floor(frame.plot.bottom()) + 0.5, frame.plot.top());
    paintValueAxis(painter, frame, values, ticks);

    painter.setRenderHint(QPainter::Antialiasing);
    painter.save();
    painter.setClipRect(frame.plot.adjusted(0, -1, 1, 0));
    painter.setPen(Qt::NoPen);
    for (std::size_t part = 0; part < kStack.size(); ++part) {
        painter.setBrush(frame.theme.tint(inkOf(kStack[part]), frame.theme.isDark() ? 0.7 : 0.6));
        for (const QPolygonF &area : stack.parts[part].areas(values))
            painter.drawPolygon(area);
    }
    painter.setBrush(Qt::NoBrush);
    for (std::size_t part = 0; part < kStack.size(); ++part) {
        painter.setPen(QPen(frame.theme[inkOf(kStack[part])], 1));
        for (const QPolygonF &line : stack.parts[part].lines(values))
            paintLine(painter, line);
    }
    painter.setPen(QPen(frame.theme[Ink::Text], 1.25));
    for (const QPolygonF &line : tail.line.lines(values))
        paintLine(painter, line);
    painter.restore();
    if (tail.highest > top)
        paintLabel(painter, frame, frame.plot.topRight() + QPointF(-4, 3), Qt::AlignRight | Qt::AlignTop,
                   tr("↑ p99 up to %1").arg(durationText(rounded(tail.highest))), Ink::Text);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintDeadlineAcross(painter, frame, values, deadline());
}

QList<Reading> StackedPhasesChart::readings(const TimeColumn &column, const ChartFrame & /*frame*/,
                                            std::optional<qreal> /*y*/) const
{
    QList<Reading> lines;
    // List the phases from top to bottom, as the areas are stacked.
    for (auto phase = kStack.rbegin(); phase != kStack.rend(); ++phase) {
        if (const std::optional<double> figure = figureOf(column, *phase))
            lines.append({phaseText(*phase), durationText(rounded(*figure)), inkOf(*phase)});
    }
    // The p99 line has longer columns. Take the longer column that contains this column.
    for (const TimeColumn &wide : tailColumns()) {
        if (wide.last <= column.first)
            continue;
        if (const auto tail = pooledQuantileOf(samples(), wide, Phase::Total, kTail))
            lines.append({tr("p99 of the total"), durationText(rounded(*tail)), Ink::Text});
        break;
    }
    std::uint64_t ended = 0;
    for (std::size_t i = column.first; i < column.last; ++i)
        ended += samples()[i].phases[static_cast<std::size_t>(Phase::Total)].count();
    lines.append({tr("Jobs ended"), countText(ended), {}});
    return lines;
}

QList<ChartKey> StackedPhasesChart::legend() const
{
    QList<ChartKey> keys;
    for (const Phase phase : kStack)
        keys.append({ChartKey::Shape::Area, inkOf(phase), phaseText(phase)});
    keys.append({ChartKey::Shape::Line, Ink::Text, tr("p99 of the total")});
    return keys;
}

}  // namespace holdline::monitor
