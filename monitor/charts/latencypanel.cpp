// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/latencypanel.h"

#include "monitor/charts/heatmapchart.h"
#include "monitor/charts/histogramchart.h"
#include "monitor/charts/icons.h"
#include "monitor/charts/picturefile.h"
#include "monitor/charts/stackedphaseschart.h"
#include "monitor/charts/texts.h"
#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace holdline::monitor {

namespace {

constexpr int kGap = 8;

QLabel *labelFor(QWidget *control, const QString &text)
{
    auto *label = new QLabel(text, control->parentWidget());
    label->setBuddy(control);
    return label;
}

}  // namespace

LatencyPanel::LatencyPanel(LiveData *live, TimeSelection *selection, QWidget *parent)
    : QWidget(parent),
      m_data(live),
      m_selection(selection),
      m_view(new TimeView(this)),
      m_phases(new StackedPhasesChart(live->samples(), this)),
      m_heat(new HeatMapChart(live->samples(), this)),
      m_histogram(new HistogramChart(live->samples(), this)),
      m_phase(new QComboBox(this)),
      m_figure(new QComboBox(this)),
      m_span(new QComboBox(this)),
      m_live(new QToolButton(this)),
      m_selected(new QLabel(this)),
      m_clear(new QToolButton(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGap, kGap, kGap, kGap);
    layout->setSpacing(kGap);
    auto *row = new QHBoxLayout;
    layout->addLayout(row);
    layout->addWidget(m_phases, 5);
    layout->addWidget(m_heat, 5);
    layout->addWidget(m_histogram, 4);
    buildControls(row);
    linkCharts();

    connect(m_data, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.sampled || changes.service)
            refresh();
    });
    connect(m_data, &LiveData::reset, this, &LatencyPanel::refresh);
    connect(m_selection, &TimeSelection::changed, this, &LatencyPanel::showSelection);
    connect(m_view, &TimeView::changed, this, &LatencyPanel::showView);
    showView();
    showSelection();
}

void LatencyPanel::buildControls(QHBoxLayout *row)
{
    for (const Phase phase : {Phase::Total, Phase::Queue, Phase::Start, Phase::Job})
        m_phase->addItem(phaseText(phase), static_cast<int>(phase));
    m_phase->setToolTip(tr("The time that the heat map and the histogram show"));
    connect(m_phase, &QComboBox::currentIndexChanged, this, [this] {
        const auto phase = static_cast<Phase>(m_phase->currentData().toInt());
        m_heat->setPhase(phase);
        m_histogram->setPhase(phase);
    });

    m_figure->addItem(tr("Mean"), static_cast<int>(Figure::Mean));
    m_figure->addItem(tr("p95"), static_cast<int>(Figure::P95));
    m_figure->setToolTip(
        tr("Value of the stacked areas for the jobs of one second. "
           "The means add up to the mean of the total. The 95th percentiles do not."));
    connect(m_figure, &QComboBox::currentIndexChanged, this,
            [this] { m_phases->setFigure(static_cast<Figure>(m_figure->currentData().toInt())); });

    for (const std::chrono::minutes span : TimeView::kSpans)
        m_span->addItem(tr("%1 min").arg(span.count()), static_cast<int>(span.count()));
    m_span->setToolTip(
        tr("Length of the time that the charts show. The mouse wheel and the plus and minus keys change it "
           "too."));
    connect(m_span, &QComboBox::activated, this,
            [this] { m_view->setSpan(std::chrono::minutes(m_span->currentData().toInt())); });

    m_live->setIcon(icon(QStringLiteral("live")));
    m_live->setText(tr("Live"));
    m_live->setToolTip(tr("Follow the newest values"));
    m_live->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_live->setCheckable(true);
    connect(m_live, &QToolButton::clicked, this, [this] {
        m_view->follow();
        showView();
    });

    m_clear->setIcon(icon(QStringLiteral("clear")));
    m_clear->setText(tr("Show all"));
    m_clear->setToolTip(tr("Clear the selected time range, so that all views show everything again"));
    m_clear->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_clear, &QToolButton::clicked, m_selection, &TimeSelection::clear);

    auto *picture = new QToolButton(this);
    picture->setIcon(icon(QStringLiteral("picture")));
    picture->setText(tr("Export picture"));
    picture->setToolTip(tr("Save these charts as a PNG file"));
    picture->setAccessibleName(picture->text());
    connect(picture, &QToolButton::clicked, this, &LatencyPanel::exportPicture);

    row->addWidget(labelFor(m_span, tr("&Span:")));
    row->addWidget(m_span);
    row->addWidget(m_live);
    row->addSpacing(2 * kGap);
    row->addWidget(labelFor(m_figure, tr("Ph&ases:")));
    row->addWidget(m_figure);
    row->addSpacing(2 * kGap);
    row->addWidget(labelFor(m_phase, tr("&Time of:")));
    row->addWidget(m_phase);
    row->addStretch(1);
    row->addWidget(m_selected);
    row->addWidget(m_clear);
    row->addWidget(picture);
    // Tab order: from the controls to the charts.
    const QList<QWidget *> order{m_span,  m_live,   m_figure, m_phase,    m_clear,
                                 picture, m_phases, m_heat,   m_histogram};
    for (qsizetype i = 1; i < order.size(); ++i)
        setTabOrder(order[i - 1], order[i]);
}

void LatencyPanel::linkCharts()
{
    for (TimelineChart *chart :
         {static_cast<TimelineChart *>(m_phases), static_cast<TimelineChart *>(m_heat)}) {
        chart->setView(m_view);
        connect(chart, &TimelineChart::rangeSelected, m_selection, &TimeSelection::setRange);
    }
    for (ChartWidget *chart : charts())
        connect(chart, &ChartWidget::statusMessage, this, &LatencyPanel::statusMessage);
    connect(m_phases, &TimelineChart::cursorMoved, m_heat, &TimelineChart::setFollowedCursor);
    connect(m_heat, &TimelineChart::cursorMoved, m_phases, &TimelineChart::setFollowedCursor);
}

std::array<ChartWidget *, 3> LatencyPanel::charts() const
{
    return {m_phases, m_heat, m_histogram};
}

std::optional<TimeRange> LatencyPanel::selectedOrVisible() const
{
    return m_selection->range() ? m_selection->range() : m_view->range(m_data->samples());
}

void LatencyPanel::refresh()
{
    if (!isVisible())
        return;
    const Milliseconds deadline = m_data->service() ? m_data->service()->deadline : Milliseconds{};
    for (ChartWidget *chart : charts())
        chart->setDeadline(deadline);
    m_phases->refresh();
    m_heat->refresh();
    // refresh() and setRange() both merge the samples, which is expensive, so call only one of them.
    if (const std::optional<TimeRange> range = selectedOrVisible(); range == m_histogram->range())
        m_histogram->refresh();
    else
        m_histogram->setRange(range);
}

void LatencyPanel::showSelection()
{
    const std::optional<TimeRange> &range = m_selection->range();
    m_phases->setSelection(range);
    m_heat->setSelection(range);
    m_histogram->setRange(selectedOrVisible());
    m_selected->setText(range ? rangeText(range->from, range->to) : QString());
    m_clear->setEnabled(range.has_value());
}

void LatencyPanel::showView()
{
    m_span->setCurrentIndex(m_span->findData(static_cast<int>(m_view->span().count())));
    m_live->setChecked(m_view->isFollowing());
    showSelection();
}

void LatencyPanel::setStale(const QString &text)
{
    for (ChartWidget *chart : charts())
        chart->setStale(text);
}

QString LatencyPanel::savePicture(const QString &path) const
{
    int width = 0;
    int height = kGap;
    for (const ChartWidget *chart : charts()) {
        width = std::max(width, chart->width());
        height += chart->height() + kGap;
    }
    QImage whole((QSizeF(width + 2 * kGap, height) * kExportRatio).toSize(), QImage::Format_RGB32);
    whole.setDevicePixelRatio(kExportRatio);
    whole.fill(palette().color(QPalette::Window));
    QPainter painter(&whole);
    int top = kGap;
    for (const ChartWidget *chart : charts()) {
        painter.drawImage(kGap, top, chart->render(chart->size(), kExportRatio));
        top += chart->height() + kGap;
    }
    painter.end();
    return writePicture(whole, path);
}

void LatencyPanel::exportPicture()
{
    askWhereToSave(
        this, QStringLiteral("holdline-latency.png"),
        [this](const QString &path) { return savePicture(path); },
        [this](const QString &text) { Q_EMIT statusMessage(text); });
}

void LatencyPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

}  // namespace holdline::monitor
