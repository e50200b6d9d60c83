// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/lanespanel.h"

#include "monitor/data/format.h"
#include "monitor/data/lanestable.h"

#include <QAction>
#include <QLabel>
#include <QLayout>
#include <QMenu>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

LanesPanel::LanesPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : RecordPanel(u"lanes"_s, new LanesTable(data), data, selection,
                  {{{}, tr("All"), u"live"_s},
                   {u"waiting"_s, tr("Waiting"), u"queued"_s},
                   {u"paused"_s, tr("Paused"), u"pause"_s}},
                  parent),
      m_forecast(new QLabel(this))
{
    m_pause = makeAction(tr("Pause lane"), u"pause"_s, QKeySequence(Qt::CTRL | Qt::Key_P), [this] {
        if (const LanePtr lane = currentLane())
            Q_EMIT pauseRequested(lane->account);
    });
    m_resume = makeAction(tr("Resume lane"), u"resume"_s, QKeySequence(Qt::CTRL | Qt::Key_R), [this] {
        if (const LanePtr lane = currentLane())
            Q_EMIT resumeRequested(lane->account);
    });
    m_forecast->setAccessibleName(tr("Forecast of the selected lane"));
    m_forecast->setTextFormat(Qt::PlainText);
    m_forecast->hide();
    // Place the label below the rows.
    view().parentWidget()->layout()->addWidget(m_forecast);
    connect(&view(), &RecordView::currentIdChanged, this, &LanesPanel::showForecast);
    view().setAccessibleName(tr("Lanes"));
    setNoDataText(tr("No account has queued jobs or starts in flight."));
}

QString LanesPanel::forecast(const LaneRow &lane)
{
    if (lane.queued == 0)
        return {};
    const QString queued = formatCounted(lane.queued, tr("queued job"), tr("queued jobs"));
    if (lane.paused)
        return tr("%1, paused").arg(queued);
    if (!lane.forecast)
        return queued;
    return (lane.queued == 1 ? tr("%1 starts within %2") : tr("%1 start within %2"))
        .arg(queued, formatDuration(*lane.forecast));
}

LanePtr LanesPanel::currentLane() const
{
    return static_cast<LanesTable &>(table()).at(view().currentIndex().row());
}

void LanesPanel::showForecast()
{
    const auto lane = currentLane();
    m_forecast->setVisible(lane != nullptr);
    if (!lane)
        return;
    const QString forecastText = forecast(*lane);
    m_forecast->setText(QString::fromUtf8(lane->account) + u": "_s +
                        (forecastText.isEmpty() ? tr("no queued jobs") : forecastText));
    m_pause->setEnabled(!lane->paused);
    m_resume->setEnabled(lane->paused);
}

QString LanesPanel::entryTerm(const QString &key) const
{
    if (key == "waiting"_L1)
        return u"queued>0"_s;
    return key == "paused"_L1 ? u"state=paused"_s : QString();
}

void LanesPanel::updateCounts()
{
    if (!isVisible())
        return;
    qsizetype waiting = 0;
    qsizetype paused = 0;
    for (const LaneRow &lane : data().lanes()) {
        waiting += lane.queued > 0 ? 1 : 0;
        paused += lane.paused ? 1 : 0;
    }
    sidebar().setCount({}, table().totalCount());
    sidebar().setCount(u"waiting"_s, waiting);
    sidebar().setCount(u"paused"_s, paused);
    showForecast();
}

void LanesPanel::extendMenu(QMenu &menu)
{
    menu.addActions({m_pause, m_resume});
    menu.addSeparator();
}

}  // namespace holdline::monitor
