// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/timeview.h"

#include <QWidget>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace holdline::monitor {

class HeatMapChart;
class HistogramChart;
class LiveData;
class StackedPhasesChart;
class TimeSelection;

/// The view of latencies: phases over time, the heat map below it, and the spread of what is chosen or shown,
/// with the controls for them. The range chosen in one chart is everybody's, through TimeSelection. Hidden,
/// it costs nothing. LiveData and TimeSelection must outlive it. Thread: the window's.
class LatencyPanel : public QWidget
{
    Q_OBJECT

public:
    LatencyPanel(LiveData *live, TimeSelection *selection, QWidget *parent = nullptr);

    /// Greys the charts: see ChartWidget::setStale().
    void setStale(const QString &text);
    /// All charts, one below the other, as PNG (or what the name's end says). An empty text: done; else why
    /// not.
    QString savePicture(const QString &path) const;

public Q_SLOTS:
    /// Asks where to, and writes a picture of all charts there.
    void exportPicture();

Q_SIGNALS:
    /// For the status bar: what was exported, or why it was not.
    void told(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void buildControls(QHBoxLayout *row);
    void linkCharts();
    void refresh();
    /// What the histogram is of.
    std::optional<TimeRange> chosenOrShown() const;
    void showSelection();
    void showView();

    LiveData *m_data;
    TimeSelection *m_selection;
    TimeView *m_view;
    StackedPhasesChart *m_phases;
    HeatMapChart *m_heat;
    HistogramChart *m_histogram;
    QComboBox *m_phase;
    QComboBox *m_figure;
    QComboBox *m_span;
    QToolButton *m_live;
    QLabel *m_chosen;
    QToolButton *m_clear;
};

}  // namespace holdline::monitor
