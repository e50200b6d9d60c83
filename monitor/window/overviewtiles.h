// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/overviewfigures.h"

#include <QWidget>

#include <array>

namespace holdline::monitor {

class LimitBar;
class LiveData;
class Sparkline;
class Tile;
class TimeSelection;

/// Tiles with the main figures of the service. The figures cover the last 10 seconds (kRecently) or the
/// selected time range. LiveData and TimeSelection must outlive this widget. Thread: the window's.
class OverviewTiles : public QWidget
{
    Q_OBJECT

public:
    OverviewTiles(const LiveData *live, const TimeSelection *selection, QWidget *parent = nullptr);

    /// Updates all figures. Call it for each sample.
    void showSample();
    /// Updates the figures that change with the clock and with each job.
    void showNow();

Q_SIGNALS:
    /// The user clicked the tile of the oldest held job.
    void jobSelected(const QByteArray &id);

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

    void showCircuit(CircuitState state);
    void showRates(const OverviewFigures &figures);
    void showErrors(const OverviewFigures &figures);
    void showCallbacks(const OverviewFigures &figures);
    void showDurableJobs(const Sample &sample);
    void showStore(const OverviewFigures &figures, const Sample &sample);
    void showProcess(const OverviewFigures &figures, const Sample &sample);
    void showSparklines();
    Tile &tile(Figure figure) const { return *m_tiles[static_cast<std::size_t>(figure)]; }

    const LiveData *m_data;
    const TimeSelection *m_selection;
    LimitBar *m_limit;
    std::array<Tile *, kFigures> m_tiles{};
    std::array<Sparkline *, kLines.size()> m_lines{};
    QByteArray m_oldest;
};

}  // namespace holdline::monitor
