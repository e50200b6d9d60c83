// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/timeview.h"

#include <QWidget>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace holdline::monitor {

class ChartWidget;
class HeatMapChart;
class HistogramChart;
class LiveData;
class StackedPhasesChart;
class TimeSelection;

/// The latency view: phases over time, a heat map, a histogram of the selected or visible range, and
/// controls. A range selected in one chart applies to all views through TimeSelection. A hidden panel does no
/// work. LiveData and TimeSelection must outlive the panel. Thread: the window's.
class LatencyPanel : public QWidget
{
    Q_OBJECT

public:
    LatencyPanel(LiveData *live, TimeSelection *selection, QWidget *parent = nullptr);

    /// Greys the charts: see ChartWidget::setStale().
    void setStale(const QString &text);
    /// Saves all charts, one below the other, as an image; the file name's suffix selects the format. Returns
    /// an error text for the user, or an empty text.
    QString savePicture(const QString &path) const;

public Q_SLOTS:
    /// Asks for a file name and saves a picture of all charts.
    void exportPicture();

Q_SIGNALS:
    /// A text for the status bar: the result of an export.
    void statusMessage(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void buildControls(QHBoxLayout *row);
    void linkCharts();
    /// The charts from top to bottom.
    std::array<ChartWidget *, 3> charts() const;
    void refresh();
    /// Returns the histogram's range: the selected range, else the visible range.
    std::optional<TimeRange> selectedOrVisible() const;
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
    QLabel *m_selected;
    QToolButton *m_clear;
};

}  // namespace holdline::monitor
