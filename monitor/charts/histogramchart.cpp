// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/histogramchart.h"

#include "monitor/charts/texts.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

constexpr int kBins = 64;
constexpr std::array kQuantiles{0.5, 0.95, 0.99};

QString titleOf(Phase phase)
{
    switch (phase) {
        case Phase::Queue:
            return HistogramChart::tr("Distribution of time in the queue");
        case Phase::Start:
            return HistogramChart::tr("Distribution of start request times");
        case Phase::Job:
            return HistogramChart::tr("Distribution of running times");
        case Phase::Total:
            break;
    }
    return HistogramChart::tr("Distribution of response times");
}

}  // namespace

HistogramChart::HistogramChart(const SampleHistory &history, QWidget *parent)
    : ChartWidget(titleOf(Phase::Total), parent), m_history(history)
{
}

void HistogramChart::setPhase(Phase phase)
{
    if (phase == m_phase)
        return;
    m_phase = phase;
    m_hovered.reset();
    setTitle(titleOf(phase));
    refresh();
}

void HistogramChart::setRange(const std::optional<TimeRange> &range)
{
    if (range == m_range)
        return;
    m_range = range;
    refresh();
}

Microseconds HistogramChart::shownDeadline() const
{
    return m_phase == Phase::Total ? deadline() : Milliseconds{};
}

void HistogramChart::refresh()
{
    // Merging an hour of samples is expensive, so do not merge while the chart is hidden.
    if (isVisible())
        gather();
    ChartWidget::refresh();
}

void HistogramChart::showEvent(QShowEvent *event)
{
    gather();
    ChartWidget::showEvent(event);
}

void HistogramChart::gather()
{
    m_values = m_history.merged(m_phase, m_range);
    m_bins = LatencyBins::around(m_values, shownDeadline(), kBins);
    m_bins.add(m_values);
    if (m_hovered && *m_hovered >= m_bins.size())
        m_hovered.reset();
}

Scale HistogramChart::timeScale(const ChartFrame &frame) const
{
    return {Scale::Kind::Log, static_cast<double>(m_bins.low().count()),
            static_cast<double>(m_bins.high().count()), frame.plot.left(), frame.plot.right()};
}

Scale HistogramChart::countScale(const ChartFrame &frame) const
{
    const int most = std::max(2, static_cast<int>(frame.plot.height() / 28));
    // Leave room above the bars for the labels of the quantiles.
    const double top = frame.plot.top() + QFontMetricsF(frame.font).height() + 6;
    const double high =
        numberTicks(static_cast<double>(std::max<std::uint64_t>(m_bins.highest(), 1)), most, true)
            .back()
            .value;
    return {Scale::Kind::Linear, 0, high, std::floor(frame.plot.bottom()) + 0.5,
            std::min(top, frame.plot.bottom() - 1)};
}

QRectF HistogramChart::bar(int bin, const ChartFrame &frame) const
{
    const Scale time = timeScale(frame);
    const Scale counts = countScale(frame);
    const double left = std::round(time.pixel(static_cast<double>(m_bins.edge(bin).count())));
    const double right = std::round(time.pixel(static_cast<double>(m_bins.edge(bin + 1).count())));
    const double bottom = std::floor(frame.plot.bottom());
    double top = std::round(counts.pixel(static_cast<double>(m_bins.count(bin))));
    // Even a bar for a single job among thousands must be visible.
    if (m_bins.count(bin) > 0)
        top = std::min(top, bottom - 1);
    return {QPointF(left, top), QPointF(std::max(right - 1, left + 1), bottom)};
}

void HistogramChart::paintPlot(QPainter &painter, const ChartFrame &frame) const
{
    if (m_values.isEmpty()) {
        paintPlaceholder(painter, frame,
                         m_history.isEmpty() ? tr("No data yet")
                         : m_range ? tr("No job ended between %1").arg(rangeText(m_range->from, m_range->to))
                                   : tr("No job has ended yet"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    const int most = std::max(2, static_cast<int>(frame.plot.height() / 28));
    paintValueAxis(painter, frame, countScale(frame),
                   numberTicks(static_cast<double>(m_bins.highest()), most, true));
    paintBars(painter, frame);
    const int labels = std::max(2, static_cast<int>(frame.plot.width() / 70));
    paintBottomAxis(painter, frame, timeScale(frame), logDurationTicks(m_bins.low(), m_bins.high(), labels),
                    false);
    paintMarkers(painter, frame);
}

void HistogramChart::paintBars(QPainter &painter, const ChartFrame &frame) const
{
    const Microseconds limit = shownDeadline();
    const Ink ink = inkOf(m_phase);
    for (int bin = 0; bin < m_bins.size(); ++bin) {
        if (m_bins.count(bin) == 0)
            continue;
        const QRectF box = bar(bin, frame);
        if (limit > Microseconds::zero() && m_bins.edge(bin) >= limit) {
            painter.fillRect(box, frame.theme.tint(Ink::Bad, 0.35));
            painter.fillRect(box, hatched(frame.theme[Ink::Bad]));
        } else {
            painter.fillRect(box, frame.theme.tint(ink, 0.85));
        }
    }
}

void HistogramChart::paintMarkers(QPainter &painter, const ChartFrame &frame) const
{
    const Scale time = timeScale(frame);
    const double top = frame.plot.top();
    const auto lineAt = [&](Microseconds value) {
        return std::floor(time.pixel(static_cast<double>(value.count()))) + 0.5;
    };
    const QFontMetricsF metrics(frame.font);
    struct Marker
    {
        double x;
        QString words;
        Ink ink;
        Qt::PenStyle style;
    };
    std::vector<Marker> markers;
    for (const double q : kQuantiles) {
        const Microseconds value = m_values.quantile(q);
        markers.push_back({lineAt(value),
                           tr("p%1 %2").arg(QString::number(std::lround(q * 100)), durationText(value)),
                           Ink::Text, Qt::SolidLine});
    }
    if (shownDeadline() > Microseconds::zero())
        markers.push_back({lineAt(shownDeadline()), tr("deadline %1").arg(roundDurationText(shownDeadline())),
                           Ink::Deadline, Qt::DashLine});
    std::stable_sort(markers.begin(), markers.end(),
                     [](const Marker &a, const Marker &b) { return a.x < b.x; });
    for (const Marker &marker : markers) {
        painter.setPen(QPen(frame.theme[marker.ink], marker.style == Qt::DashLine ? 1.5 : 1, marker.style));
        painter.drawLine(QPointF(marker.x, top), QPointF(marker.x, frame.plot.bottom()));
    }
    // Paint each label beside its line. A label that would overlap another one is moved to the next row.
    std::vector<double> rowEnds;
    for (const Marker &marker : markers) {
        const double width = metrics.horizontalAdvance(marker.words) + 8;
        const bool leftwards = marker.x + 3 + width > frame.plot.right() + 8;
        const double left = leftwards ? marker.x - 3 - width : marker.x + 3;
        std::size_t row = 0;
        while (row < rowEnds.size() && rowEnds[row] > left - 2)
            ++row;
        if (row == rowEnds.size())
            rowEnds.push_back(0);
        rowEnds[row] = left + width;
        const double y = top + static_cast<double>(row) * (metrics.height() + 3);
        paintLabel(painter, frame, QPointF(left, y), Qt::AlignLeft | Qt::AlignTop, marker.words, marker.ink);
    }
}

void HistogramChart::paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const
{
    if (forExport || !m_hovered || m_values.isEmpty())
        return;
    const QRectF box = bar(*m_hovered, frame);
    painter.setPen(frame.theme[Ink::Text]);
    painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5));
    paintReadings(painter, frame, QPointF(box.center().x(), frame.plot.top() + frame.plot.height() / 3), {},
                  {{binText(*m_hovered), {}, {}}});
}

QList<ChartKey> HistogramChart::legend() const
{
    if (m_values.isEmpty())
        return {};
    return {{ChartKey::Shape::Text, Ink::Text,
             m_values.count() == 1 ? tr("1 job") : tr("%1 jobs").arg(countText(m_values.count()))}};
}

QString HistogramChart::accessibleText() const
{
    if (m_values.isEmpty())
        return m_history.isEmpty() ? tr("No data yet") : tr("No job has ended yet");
    return tr("%1 jobs: p50 %2, p95 %3, p99 %4")
        .arg(countText(m_values.count()), durationText(m_values.quantile(0.5)),
             durationText(m_values.quantile(0.95)), durationText(m_values.quantile(0.99)));
}

std::optional<int> HistogramChart::binAt(QPointF position) const
{
    const ChartFrame now = frame();
    if (m_values.isEmpty() || !now.plot.contains(position))
        return std::nullopt;
    return m_bins.binOf(Microseconds(static_cast<Microseconds::rep>(timeScale(now).value(position.x()))));
}

QString HistogramChart::readout(QPointF position) const
{
    const std::optional<int> bin = binAt(position);
    return bin ? binText(*bin) : QString();
}

QString HistogramChart::binText(int bin) const
{
    const std::uint64_t count = m_bins.count(bin);
    const QString words =
        count == 1 ? tr("%1 job between %2 and %3 (%4)") : tr("%1 jobs between %2 and %3 (%4)");
    return words.arg(countText(count), durationText(m_bins.edge(bin)), durationText(m_bins.edge(bin + 1)),
                     shareText(count, m_values.count()));
}

void HistogramChart::setHovered(std::optional<int> bin)
{
    if (bin == m_hovered)
        return;
    m_hovered = bin;
    update();
}

void HistogramChart::mouseMoveEvent(QMouseEvent *event)
{
    setHovered(binAt(event->position()));
}

void HistogramChart::leaveEvent(QEvent *event)
{
    setHovered(std::nullopt);
    ChartWidget::leaveEvent(event);
}

void HistogramChart::keyPressEvent(QKeyEvent *event)
{
    const bool steps = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (steps && !m_values.isEmpty()) {
        const int way = event->key() == Qt::Key_Left ? -1 : 1;
        // The first key press selects the bar of the median.
        setHovered(m_hovered ? std::clamp(*m_hovered + way, 0, m_bins.size() - 1)
                             : m_bins.binOf(m_values.quantile(0.5)));
        setAccessibleDescription(readout());
    } else if (event->key() == Qt::Key_Escape && m_hovered) {
        setHovered(std::nullopt);
    } else {
        ChartWidget::keyPressEvent(event);
    }
}

void HistogramChart::focusOutEvent(QFocusEvent *event)
{
    setHovered(std::nullopt);
    ChartWidget::focusOutEvent(event);
}

}  // namespace holdline::monitor
