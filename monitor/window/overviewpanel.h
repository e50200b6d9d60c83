// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBoxLayout>
#include <QTimer>
#include <QWidget>

namespace holdline::monitor {

class LiveData;
class OverviewTiles;
class RateChart;
class TimeSelection;

/// The main figures of the service (OverviewTiles) and a chart of rates. A hidden panel does no work.
/// LiveData and TimeSelection must outlive the panel. Thread: the window's.
class OverviewPanel : public QWidget
{
    Q_OBJECT

public:
    OverviewPanel(LiveData *live, TimeSelection *selection, QWidget *parent = nullptr);

    /// Greys the chart: see ChartWidget::setStale().
    void setStale(const QString &text);

    QSize sizeHint() const override;

Q_SIGNALS:
    /// The user clicked the tile of the oldest held job.
    void jobSelected(const QByteArray &id);
    /// A text for the status bar.
    void statusMessage(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void showSample();

    TimeSelection *m_selection;
    QTimer m_clock;  ///< updates ages between samples
    QBoxLayout *m_parts;
    OverviewTiles *m_tiles;
    RateChart *m_rates;
};

}  // namespace holdline::monitor
