// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartwidget.h"
#include "monitor/charts/latencybins.h"
#include "monitor/data/samplehistory.h"

namespace holdline::monitor {

/// How the times of a phase are spread over the chosen range (or over all that is known): bars on a
/// logarithmic time axis, p50, p95 and p99, and the deadline. Left and Right go through the bars. The history
/// must outlive the chart.
class HistogramChart : public ChartWidget
{
    Q_OBJECT

public:
    explicit HistogramChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setPhase(Phase phase);
    Phase phase() const { return m_phase; }
    /// Nothing: all samples.
    void setRange(const std::optional<TimeRange> &range);
    std::optional<TimeRange> range() const { return m_range; }
    /// Zero: no line. Shown where the phase is the total.
    void setDeadline(Milliseconds deadline);

    /// "1,204 jobs between 500 ms and 520 ms (12 %)" for the bar at that place; empty outside of the plot.
    QString readout(QPointF position) const;

    void refresh() override;

protected:
    void paintPlot(QPainter &painter, const Frame &frame) const override;
    void paintOver(QPainter &painter, const Frame &frame, bool forExport) const override;
    QList<Key> legend(const Theme &theme) const override;
    QString spoken() const override;

    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    std::optional<int> binAt(QPointF position) const;
    QString binText(int bin) const;
    void setHovered(std::optional<int> bin);

    const SampleHistory &m_history;
    Phase m_phase = Phase::Total;
    std::optional<TimeRange> m_range;
    Milliseconds m_deadline{};
    HistogramSlice m_values;  ///< merged, as of the last refresh
    LatencyBins m_bins;
    std::optional<int> m_hovered;
};

}  // namespace holdline::monitor
