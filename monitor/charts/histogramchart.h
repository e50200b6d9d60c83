// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartwidget.h"
#include "monitor/charts/latencybins.h"
#include "monitor/data/samplehistory.h"

namespace holdline::monitor {

/// A histogram of a phase's durations in the selected range, or of all samples. The time axis is logarithmic,
/// with lines at p50, p95, p99 and the deadline. The keys Left and Right select a bar, and Escape clears the
/// selection. The history must outlive the chart.
class HistogramChart : public ChartWidget
{
    Q_OBJECT

public:
    explicit HistogramChart(const SampleHistory &history, QWidget *parent = nullptr);

    void setPhase(Phase phase);
    Phase phase() const { return m_phase; }
    /// Sets the range of the samples. An empty range selects all samples.
    void setRange(const std::optional<TimeRange> &range);
    const std::optional<TimeRange> &range() const { return m_range; }

    /// Returns the text for the bar at `position`: "1,204 jobs between 500 ms and 520 ms (12 %)". Empty
    /// outside the plot.
    QString readout(QPointF position) const;
    /// Returns this text for the bar that is under the mouse or selected by key. Empty when no bar is.
    QString readout() const { return m_hovered ? binText(*m_hovered) : QString(); }

    void refresh() override;

protected:
    void paintPlot(QPainter &painter, const ChartFrame &frame) const override;
    void paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const override;
    QList<ChartKey> legend() const override;
    QString accessibleText() const override;

    void showEvent(QShowEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void gather();
    Scale timeScale(const ChartFrame &frame) const;
    Scale countScale(const ChartFrame &frame) const;
    QRectF bar(int bin, const ChartFrame &frame) const;
    /// Returns the deadline when the phase is Phase::Total, else 0.
    Microseconds shownDeadline() const;
    std::optional<int> binAt(QPointF position) const;
    QString binText(int bin) const;
    void setHovered(std::optional<int> bin);
    void paintBars(QPainter &painter, const ChartFrame &frame) const;
    void paintMarkers(QPainter &painter, const ChartFrame &frame) const;

    const SampleHistory &m_history;
    Phase m_phase = Phase::Total;
    std::optional<TimeRange> m_range;
    HistogramSlice m_values;  ///< merged samples of m_range, as of the last refresh()
    LatencyBins m_bins;
    std::optional<int> m_hovered;
};

}  // namespace holdline::monitor
