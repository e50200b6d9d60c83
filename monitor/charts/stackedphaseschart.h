// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/series.h"
#include "monitor/charts/timelinechart.h"

#include <array>

namespace holdline::monitor {

/// The statistic of the phases' durations that the areas show.
enum class Figure : std::uint8_t { Mean, P95 };

/// A chart of the phases of jobs over time: queue, start and job as stacked areas, the p99 of the total time
/// as a line, and the deadline.
class StackedPhasesChart : public TimelineChart
{
    Q_OBJECT

public:
    explicit StackedPhasesChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setFigure(Figure figure);
    Figure figure() const { return m_figure; }

protected:
    void paintSeries(QPainter &painter, const ChartFrame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                            std::optional<qreal> y) const override;
    QList<ChartKey> legend() const override;

private:
    static constexpr std::array kStack{Phase::Queue, Phase::Start, Phase::Job};
    struct Stack
    {
        std::array<Series, kStack.size()> parts;  ///< from the bottom up
        double highest = 0;
    };
    /// The p99 line.
    struct Tail
    {
        Series line;
        double highest = 0;
    };

    std::optional<double> figureOf(const TimeColumn &column, Phase phase) const;
    /// The columns of the p99 line, which are longer than those of the areas.
    std::vector<TimeColumn> tailColumns() const;
    Stack stackOf(const std::vector<TimeColumn> &columns, const ChartFrame &frame) const;
    Tail tailOf(const ChartFrame &frame) const;
    double topOf(double highestStack, double highestTail) const;

    Figure m_figure = Figure::Mean;
};

}  // namespace holdline::monitor
