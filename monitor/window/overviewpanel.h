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

/// The service on one band: how much is held, how fast things go, what goes wrong. Figures are of the last
/// seconds, or of the range that is selected. LiveData and TimeSelection must outlive it. Hidden, it costs
/// nothing. Thread: the window's.
class OverviewPanel : public QWidget
{
    Q_OBJECT

public:
    OverviewPanel(LiveData *live, TimeSelection *selection, QWidget *parent = nullptr);

    /// Greys the chart, with these words above it; an empty text: as usual.
    void setStale(const QString &text);

    QSize sizeHint() const override;

Q_SIGNALS:
    /// The oldest held job was chosen.
    void jobSelected(const QByteArray &id);
    /// For the status bar.
    void told(const QString &text);

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

    void buildTiles(QWidget *tiles);
    /// What stands still between samples.
    void showSample();
    /// What moves with the clock and the jobs.
    void showNow();
    void showRates(const OverviewFigures &figures);
    void showErrors(const OverviewFigures &figures);
    void showCallbacks(const OverviewFigures &figures);
    void showDurableJobs(const Sample &sample);
    void showStore(const OverviewFigures &figures, const Sample &sample);
    void showProcess(const OverviewFigures &figures, const Sample &sample);
    void showCourses();
    Tile &tile(Figure figure) const { return *m_tiles[static_cast<std::size_t>(figure)]; }

    LiveData *m_data;
    TimeSelection *m_selection;
    QTimer m_clock;  ///< ages grow without an update
    QBoxLayout *m_parts;
    QWidget *m_tileField;
    RateChart *m_rates;
    LimitBar *m_limit;
    std::array<Tile *, kFigures> m_tiles{};
    Sparkline *m_heldCourse;
    Sparkline *m_startsCourse;
    Sparkline *m_answersCourse;
    Sparkline *m_errorsCourse;
    Sparkline *m_queueCourse;
    QByteArray m_oldest;
};

}  // namespace holdline::monitor
