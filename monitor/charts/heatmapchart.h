// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/latencybins.h"
#include "monitor/charts/timelinechart.h"

namespace holdline::monitor {

/// A heat map of job durations over time. The vertical axis is the duration, on a logarithmic scale; the
/// colour is the number of jobs. Shows the deadline only for Phase::Total.
class HeatMapChart : public TimelineChart
{
    Q_OBJECT

public:
    explicit HeatMapChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setPhase(Phase phase);
    Phase phase() const { return m_phase; }

protected:
    void paintSeries(QPainter &painter, const ChartFrame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                            std::optional<qreal> y) const override;
    QList<ChartKey> legend() const override;

private:
    /// Returns the rows that cover all shown values, with counts of 0.
    LatencyBins rowsFor(const ChartFrame &frame, const std::vector<TimeColumn> &columns) const;
    LatencyBins counted(LatencyBins rows, const TimeColumn &column) const;
    static Scale valueScale(const ChartFrame &frame, const LatencyBins &rows);

    Phase m_phase = Phase::Total;
    mutable std::uint64_t m_most =
        0;  ///< largest count of a cell when the chart was last painted; the legend shows it
};

}  // namespace holdline::monitor
