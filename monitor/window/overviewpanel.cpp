// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/overviewpanel.h"

#include "monitor/charts/ratechart.h"
#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"
#include "monitor/window/overviewtiles.h"

#include <QLayout>
#include <QScrollArea>

namespace holdline::monitor {

using namespace std::chrono_literals;

namespace {

constexpr auto kClock = 250ms;
constexpr int kChartBeside = 900;  ///< minimum width to place the chart beside the tiles
constexpr int kChartBelow = 420;   ///< minimum height to place the chart below the tiles

}  // namespace

OverviewPanel::OverviewPanel(LiveData *live, TimeSelection *selection, QWidget *parent)
    : QWidget(parent),
      m_selection(selection),
      m_tiles(new OverviewTiles(live, selection)),
      m_rates(new RateChart(live->samples()))
{
    setAccessibleName(tr("Overview"));
    auto *scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Figures"));
    scroll->setWidget(m_tiles);
    m_parts = new QBoxLayout(QBoxLayout::LeftToRight, this);
    m_parts->setContentsMargins(0, 0, 6, 6);
    m_parts->setSpacing(0);
    m_parts->addWidget(scroll, 3);
    m_parts->addWidget(m_rates, 1);
    m_rates->view()->setSpan(1min);

    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        if (isVisible())
            m_tiles->showNow();
        else
            m_clock.stop();
    });
    connect(live, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.sampled || changes.service)
            showSample();
    });
    connect(live, &LiveData::reset, this, &OverviewPanel::showSample);
    connect(selection, &TimeSelection::changed, this, &OverviewPanel::showSample);
    connect(selection, &TimeSelection::changed, m_rates,
            [this] { m_rates->setSelection(m_selection->range()); });
    connect(m_tiles, &OverviewTiles::jobSelected, this, &OverviewPanel::jobSelected);
    connect(m_rates, &ChartWidget::statusMessage, this, &OverviewPanel::statusMessage);
    connect(m_rates, &RateChart::rangeSelected, this,
            [this](const std::optional<TimeRange> &range) { m_selection->setRange(range); });
}

void OverviewPanel::setStale(const QString &text)
{
    m_rates->setStale(text);
}

QSize OverviewPanel::sizeHint() const
{
    const int width = 1200;
    return {width, m_tiles->layout()->heightForWidth(width * 3 / 4)};
}

void OverviewPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_clock.start();
    showSample();
}

void OverviewPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool isBeside = width() >= kChartBeside;
    m_parts->setDirection(isBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_rates->setVisible(isBeside || height() >= kChartBelow);
}

void OverviewPanel::showSample()
{
    if (!isVisible())
        return;
    m_tiles->showSample();
    m_rates->refresh();
}

}  // namespace holdline::monitor
