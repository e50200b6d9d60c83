// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/waterfall.h"

#include "monitor/charts/texts.h"
#include "monitor/data/format.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

namespace {

constexpr int kRows = 4;
constexpr double kPad = 10;

using Part = WaterfallBar::Part;

static_assert(static_cast<int>(Part::Job) == static_cast<int>(Phase::Job));

/// Returns the phase of a part. Every part except the answer is a phase.
Phase phaseOf(Part part)
{
    return static_cast<Phase>(part);
}

QString partText(Part part)
{
    return part == Part::Answer ? Waterfall::tr("Answer") : phaseText(phaseOf(part));
}

Ink inkOf(Part part)
{
    return part == Part::Answer ? Ink::Answer : inkOf(phaseOf(part));
}

double number(Microseconds time)
{
    return static_cast<double>(time.count());
}

}  // namespace

Waterfall::Waterfall(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("Time per phase of this job"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void Waterfall::setJob(std::shared_ptr<const JobRow> job, WallTime now)
{
    m_job = std::move(job);
    renew(now);
}

void Waterfall::setNow(WallTime now)
{
    // Only the bars of a live job grow.
    if (m_job && !m_job->total)
        renew(now);
}

void Waterfall::renew(WallTime now)
{
    m_bars = m_job ? waterfallBars(*m_job, now) : std::vector<WaterfallBar>();
    QStringList words;
    for (const WaterfallBar &bar : m_bars)
        words.append(tr("%1 %2").arg(partText(bar.part), barText(bar)));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

QSize Waterfall::sizeHint() const
{
    const double row = QFontMetricsF(chartFont(font())).height() + 10;
    return {420, static_cast<int>(std::ceil(row * (kRows + 2) + kPad))};
}

void Waterfall::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    paint(painter, {palette(), font(), size()});
}

Microseconds Waterfall::length() const
{
    return m_bars.empty() ? Microseconds{} : m_bars.back().to;
}

QString Waterfall::barText(const WaterfallBar &bar) const
{
    const auto whole = static_cast<std::uint64_t>(std::max<Microseconds::rep>(length().count(), 1));
    const auto part = static_cast<std::uint64_t>(std::max<Microseconds::rep>(bar.length().count(), 0));
    QString text = tr("%1 (%2)").arg(formatDuration(bar.length()), shareText(part, whole));
    if (bar.part == Part::Start && m_job->attempts > 1)
        text += tr(", %n attempts", nullptr, m_job->attempts);
    if (bar.growing)
        text += tr(", so far");
    return text;
}

void Waterfall::paint(QPainter &painter, const ChartFrame &frame) const
{
    const Theme &theme = frame.theme;
    painter.fillRect(frame.whole, palette().color(QPalette::Window));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme[Ink::Grid]);
    painter.setBrush(theme.base());
    painter.drawRoundedRect(frame.whole.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (!m_job) {
        paintPlaceholder(painter, frame, tr("No job is selected"));
        return;
    }

    const QFontMetricsF metrics(frame.font);
    double names = 0;
    for (const Part part : {Part::Queue, Part::Start, Part::Job, Part::Answer})
        names = std::max(names, metrics.horizontalAdvance(partText(part)));
    const double axis = metrics.height() + 12;
    ChartFrame inside = frame;
    inside.plot = frame.whole.adjusted(std::ceil(names) + 2 * kPad, kPad + std::ceil(metrics.height()),
                                       -2 * kPad, -axis);
    const Microseconds deadline(m_job->deadline - m_job->created);
    const Microseconds shown = std::max(length(), Microseconds(1000));
    // A far deadline is not on the axis, so that the bars of a short job stay visible.
    const bool isNear = deadline > Microseconds::zero() && deadline <= 3 * shown;
    const Microseconds end = isNear ? std::max(shown, deadline) : shown;
    const int most = std::max(2, static_cast<int>(inside.plot.width() / 80));
    const Scale time(Scale::Kind::Linear, 0, number(end) * 1.02, inside.plot.left(), inside.plot.right());
    paintBottomAxis(painter, inside, time, durationTicks(end, most), true);
    painter.setFont(frame.font);
    for (int i = 0; i < kRows; ++i)
        paintRow(painter, inside, time, static_cast<Part>(i), names);
    if (deadline > Microseconds::zero())
        paintDeadline(painter, inside, time, deadline, isNear);
}

void Waterfall::paintRow(QPainter &painter, const ChartFrame &frame, const Scale &time, Part part,
                         double names) const
{
    const Theme &theme = frame.theme;
    const QFontMetricsF metrics(frame.font);
    const double row = frame.plot.height() / kRows;
    const double height = std::min(std::round(row * 0.62), 18.0);
    const double middle = std::round(frame.plot.top() + (static_cast<int>(part) + 0.5) * row);
    const auto bar =
        std::find_if(m_bars.begin(), m_bars.end(), [&](const auto &one) { return one.part == part; });
    painter.setPen(theme[bar == m_bars.end() ? Ink::AxisText : Ink::Text]);
    painter.drawText(QRectF(kPad, middle - row / 2, names, row), Qt::AlignLeft | Qt::AlignVCenter,
                     partText(part));
    if (bar == m_bars.end())
        return;
    const double left = std::round(time.pixel(number(bar->from)));
    const double right = std::max(std::round(time.pixel(number(bar->to))), left + 2);
    const QRectF box(left, middle - height / 2, right - left, height);
    painter.fillRect(box, theme.tint(inkOf(part), bar->growing ? 0.4 : 0.8));
    if (bar->growing) {
        painter.fillRect(box, hatched(theme[inkOf(part)]));
        painter.fillRect(QRectF(right - 2, box.top(), 2, height), theme[inkOf(part)]);
    }
    const QString words = barText(*bar);
    const double width = metrics.horizontalAdvance(words) + 8;
    // Place the label after the bar, before the bar, or on the bar's end: at the first of these places where
    // it fits.
    const bool after = right + 4 + width <= frame.plot.right() + kPad;
    const bool before = left - 4 - width >= frame.plot.left();
    const double x = after ? right + 4 : before ? left - 4 - width : right - 4 - width;
    paintLabel(painter, frame, QPointF(x, middle - (metrics.height() + 2) / 2), Qt::AlignLeft | Qt::AlignTop,
               words, Ink::Text);
}

/// Paints the deadline. A deadline that is not on the axis gets only a label with an arrow.
void Waterfall::paintDeadline(QPainter &painter, const ChartFrame &frame, const Scale &time,
                              Microseconds deadline, bool isNear) const
{
    const bool isWhole = deadline % std::chrono::seconds(1) == Microseconds::zero();
    const QString words =
        tr("deadline %1").arg(isWhole ? roundDurationText(deadline) : formatDuration(deadline));
    const double y = frame.plot.top() - QFontMetricsF(frame.font).height() - 5;
    if (!isNear) {
        paintLabel(painter, frame, QPointF(frame.whole.right() - 6, y), Qt::AlignRight | Qt::AlignTop,
                   tr("%1 →").arg(words), Ink::Deadline);
        return;
    }
    const double x = std::floor(time.pixel(number(deadline))) + 0.5;
    painter.setPen(QPen(frame.theme[Ink::Deadline], 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x, frame.plot.top() - 3), QPointF(x, frame.plot.bottom()));
    paintLabel(painter, frame, QPointF(x + 4, y), Qt::AlignRight | Qt::AlignTop, words, Ink::Deadline);
}

}  // namespace holdline::monitor
