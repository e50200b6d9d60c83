// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
    void paintSeries(QPainter &painter, const Frame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QStringList values(const TimeColumn &column, const Frame &frame, std::optional<qreal> y) const override;
    QString spoken() const override;

private:
    Phase m_phase = Phase::Total;
    Milliseconds m_deadline{};
};

}  // namespace holdline::monitor
