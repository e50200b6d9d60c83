// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/latencybins.h"
#include "monitor/charts/timelinechart.h"

namespace holdline::monitor {

/// How many jobs took how long, over time: colour is the count, height the time on a logarithmic axis.
class HeatMapChart : public TimelineChart
{
    Q_OBJECT

public:
    explicit HeatMapChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setPhase(Phase phase);
    Phase phase() const { return m_phase; }
    /// Zero: no line. Shown where the phase is the total.
    void setDeadline(Milliseconds deadline);

protected:
    void paintSeries(QPainter &painter, const ChartFrame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                            std::optional<qreal> y) const override;
    QList<ChartKey> legend() const override;

private:
    /// Rows for all that is shown; no counts yet.
    LatencyBins rowsFor(const ChartFrame &frame, const std::vector<TimeColumn> &columns) const;
    LatencyBins counted(LatencyBins rows, const TimeColumn &column) const;
    static Scale valueScale(const ChartFrame &frame, const LatencyBins &rows);

    Phase m_phase = Phase::Total;
    Milliseconds m_deadline{};
    mutable std::uint64_t m_most = 0;  ///< in one cell, as painted last: for the legend
};

}  // namespace holdline::monitor
