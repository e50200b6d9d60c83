// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/overviewfigures.h"

#include <QBoxLayout>
#include <QTimer>
#include <QWidget>

#include <array>

namespace holdline::monitor {

class LimitBar;
class LiveData;
class RateChart;
class Sparkline;
class Tile;
class TimeSelection;

/// Tiles with the main figures of the service, and a chart of rates. The figures cover the last seconds or
/// the selected time range. A hidden panel does no work. LiveData and TimeSelection must outlive the panel.
/// Thread: the window's.
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
    enum Figure {
        Held,
        Starts,
        Answers,
        Times,
        Errors,
        Oldest,
        Queue,
        Circuit,
        Callbacks,
        Durable,
        Store,
        Process
    };
    static constexpr int kFigures = Process + 1;
    /// The figures with a sparkline.
    static constexpr std::array kLines{Held, Starts, Answers, Errors, Queue};

    void buildTiles(QWidget *tiles);
    /// Updates the figures that change with each sample.
    void showSample();
    /// Updates the figures that change with the clock and with each job.
    void showNow();
    void showCircuit(CircuitState state);
    void showRates(const OverviewFigures &figures);
    void showErrors(const OverviewFigures &figures);
    void showCallbacks(const OverviewFigures &figures);
    void showDurableJobs(const Sample &sample);
    void showStore(const OverviewFigures &figures, const Sample &sample);
    void showProcess(const OverviewFigures &figures, const Sample &sample);
    void showSparklines();
    Tile &tile(Figure figure) const { return *m_tiles[static_cast<std::size_t>(figure)]; }

    LiveData *m_data;
    TimeSelection *m_selection;
    QTimer m_clock;  ///< updates ages between samples
    QBoxLayout *m_parts;
    QWidget *m_tileField;
    RateChart *m_rates;
    LimitBar *m_limit;
    std::array<Tile *, kFigures> m_tiles{};
    std::array<Sparkline *, kLines.size()> m_lines{};
    QByteArray m_oldest;
};

}  // namespace holdline::monitor
