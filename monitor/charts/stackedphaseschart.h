// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/timelinechart.h"

namespace holdline::monitor {

/// Which figure stands for the many values of a second.
enum class Figure : std::uint8_t { Mean, P95 };

/// Where the time of a job goes, over time: queue, start and job as areas one upon the other, the p99 of the
/// whole as a line, and the deadline.
class StackedPhasesChart : public TimelineChart
{
    Q_OBJECT

public:
    explicit StackedPhasesChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setFigure(Figure figure);
    Figure figure() const { return m_figure; }
    /// Zero: no line.
    void setDeadline(Milliseconds deadline);

protected:
    void paintSeries(QPainter &painter, const ChartFrame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                            std::optional<qreal> y) const override;
    QList<ChartKey> legend() const override;

private:
    std::optional<double> figureOf(const TimeColumn &column, Phase phase) const;
    /// Those of the p99's line.
    std::vector<TimeColumn> tailColumns() const;

    Figure m_figure = Figure::Mean;
    Milliseconds m_deadline{};
};

}  // namespace holdline::monitor
