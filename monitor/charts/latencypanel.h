// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/stackedphaseschart.h"

#include <QComboBox>
#include <QPointer>
#include <QToolButton>

namespace holdline::monitor {

class HeatMapChart;
class HistogramChart;
class LiveData;
class TimeSelection;

/// The view of latencies: phases over time, their spread, and the heat map, with the controls for them. The
/// range chosen in one chart is everybody's, through TimeSelection. Hidden, it costs nothing. LiveData and
/// TimeSelection must outlive it.
class LatencyPanel : public QWidget
{
    Q_OBJECT

public:
    LatencyPanel(LiveData *data, TimeSelection *selection, QWidget *parent = nullptr);

    /// Greys the charts: see ChartWidget::setStale().
    void setStale(const QString &text);

public Q_SLOTS:
    /// Asks where to, and writes a picture of all charts there.
    void exportPicture();

Q_SIGNALS:
    /// For the status bar: what was exported, or why it was not.
    void told(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void refresh();
    void showSelection();
    QImage picture(qreal pixelRatio) const;

    LiveData *m_data;
    TimeSelection *m_selection;
    TimeView *m_view;
    StackedPhasesChart *m_phases;
    HistogramChart *m_histogram;
    HeatMapChart *m_heat;
    QComboBox *m_phase;
    QComboBox *m_figure;
    QComboBox *m_span;
    QToolButton *m_live;
    QToolButton *m_clear;
    QToolButton *m_export;
};

}  // namespace holdline::monitor
