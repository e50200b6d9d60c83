// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/timelinechart.h"

#include "monitor/charts/texts.h"
#include "monitor/data/format.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

namespace {

/// A mouse press that moves by fewer pixels than this is a click.
constexpr double kDragFrom = 4;
/// One step of panning moves by the span divided by this number.
constexpr int kPanParts = 10;

/// Returns the time of a column as text for the user.
QString timeText(const TimeColumn &column)
{
    const bool isLong = column.to - column.from > Milliseconds(1500);
    return isLong ? rangeText(column.from, column.to) : formatClock(column.to);
}

}  // namespace

TimelineChart::TimelineChart(const QString &title, const SampleHistory &history, QWidget *parent)
    : ChartWidget(title, parent), m_history(history), m_view(new TimeView(this))
{
    connect(m_view, &TimeView::changed, this, &TimelineChart::refresh);
}

void TimelineChart::setView(TimeView *view)
{
    if (view == m_view)
        return;
    disconnect(m_view, nullptr, this, nullptr);
    if (m_view->parent() == this)
        delete m_view;
    m_view = view;
    connect(m_view, &TimeView::changed, this, &TimelineChart::refresh);
    refresh();
}

Scale TimelineChart::timeScale(const ChartFrame &frame) const
{
    return monitor::timeScale(range().value_or(TimeRange{}), frame);
}

std::vector<TimeColumn> TimelineChart::columns(const ChartFrame &frame) const
{
    const std::optional<TimeRange> shown = range();
    if (!shown)
        return {};
    return columnsOf(samples(), *shown, static_cast<int>(frame.plot.width()));
}

std::optional<WallTime> TimelineChart::timeAt(qreal x) const
{
    const ChartFrame now = frame();
    if (!range() || x < now.plot.left() || x > now.plot.right())
        return std::nullopt;
    return WallTime(Milliseconds(std::llround(std::floor(timeScale(now).value(x)))));
}

QString TimelineChart::readout(WallTime at, std::optional<qreal> y) const
{
    const ChartFrame now = frame();
    const std::optional<TimeColumn> column = columnAt(columns(now), at);
    if (!column)
        return {};
    return readingsText(timeText(*column), readings(*column, now, y));
}

QString TimelineChart::accessibleText() const
{
    const std::vector<TimeColumn> all = columns(frame());
    if (all.empty())
        return tr("No data yet");
    return readout(all.back().from + (all.back().to - all.back().from) / 2);
}

void TimelineChart::refresh()
{
    if (m_mouse)
        m_cursor = timeAt(m_mouse->x());
    ChartWidget::refresh();
}

void TimelineChart::setSelection(const std::optional<TimeRange> &range)
{
    if (range == m_selection)
        return;
    m_selection = range;
    update();
}

void TimelineChart::setFollowedCursor(std::optional<WallTime> at)
{
    m_mouse.reset();
    m_cursorIsMine = false;
    if (at == m_cursor)
        return;
    m_cursor = at;
    update();
}

void TimelineChart::follow(QPointF mouse)
{
    const ChartFrame now = frame();
    if (now.plot.adjusted(0, -2, 1, 2).contains(mouse)) {
        m_mouse = mouse;
        moveCursor(timeAt(mouse.x()));
    } else {
        m_mouse.reset();
        moveCursor(std::nullopt);
    }
}

void TimelineChart::moveCursor(std::optional<WallTime> at)
{
    m_cursorIsMine = at.has_value();
    m_cursor = at;
    update();
    Q_EMIT cursorMoved(at);
}

void TimelineChart::select(const std::optional<TimeRange> &range)
{
    if (range == m_selection)
        return;
    m_selection = range;
    update();
    Q_EMIT rangeSelected(range);
}

TimeRange TimelineChart::spanned(WallTime one, WallTime other) const
{
    return rangeOf(columns(frame()), one, other);
}

void TimelineChart::step(int by, bool selecting)
{
    const std::vector<TimeColumn> all = columns(frame());
    if (all.empty())
        return;
    const auto last = std::ssize(all) - 1;
    const auto now = m_cursor ? std::max<std::ptrdiff_t>(columnsBegunBy(all, *m_cursor) - 1, 0) : last;
    const auto middle = [&](std::ptrdiff_t i) {
        const TimeColumn &column = all[static_cast<std::size_t>(i)];
        return column.from + (column.to - column.from) / 2;
    };
    if (selecting && !m_anchor)
        m_anchor = middle(now);
    const auto next = m_cursor || std::abs(by) > 1 ? std::clamp<std::ptrdiff_t>(now + by, 0, last) : now;
    m_mouse.reset();
    moveCursor(middle(next));
    setAccessibleDescription(readout(middle(next)));
    if (selecting)
        select(spanned(*m_anchor, middle(next)));
    else
        m_anchor.reset();
}

void TimelineChart::paintPlot(QPainter &painter, const ChartFrame &frame) const
{
    const std::optional<TimeRange> shown = range();
    const std::vector<TimeColumn> all = columns(frame);
    if (!shown || all.empty()) {
        paintPlaceholder(painter, frame, shown ? tr("No data for this time range") : tr("No data yet"));
        if (!shown)
            return;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    const int most = std::max(2, static_cast<int>(frame.plot.width() / 90));
    paintBottomAxis(painter, frame, timeScale(frame), clockTicks(*shown, most), false);
    if (all.empty())
        return;
    const std::vector<double> drains = paintGapsAndDraining(painter, frame, timeScale(frame), samples(), all);
    paintSeries(painter, frame, all);
    // Place these labels below the labels that a series may have in the corners.
    const double second = frame.plot.top() + QFontMetricsF(frame.font).height() + 6;
    for (const double x : drains)
        paintLabel(painter, frame, QPointF(x, second), Qt::AlignLeft | Qt::AlignTop, tr("draining"),
                   Ink::Warn);
}

void TimelineChart::paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const
{
    const std::optional<TimeRange> shown = range();
    if (!shown)
        return;
    if (m_selection)
        paintSelection(painter, frame, timeScale(frame), *m_selection);
    if (forExport || !m_cursor || *m_cursor < shown->from || *m_cursor > shown->to)
        return;
    const double x = std::floor(pixelOf(*m_cursor, timeScale(frame))) + 0.5;
    painter.setPen(frame.theme[Ink::Axis]);
    painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
    if (!m_cursorIsMine)
        return;
    const std::optional<qreal> y = m_mouse ? std::optional(m_mouse->y()) : std::nullopt;
    const std::optional<TimeColumn> column = columnAt(columns(frame), *m_cursor);
    const QPointF at(x, m_mouse ? m_mouse->y() + 8 : frame.plot.top() + 8);
    if (!column) {
        paintReadings(painter, frame, at, formatClock(*m_cursor), {{tr("no data"), {}, {}}});
        return;
    }
    paintReadings(painter, frame, at, timeText(*column), readings(*column, frame, y));
}

void TimelineChart::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !timeAt(event->position().x())) {
        event->ignore();
        return;
    }
    m_pressed = event->position();
    m_anchor = timeAt(event->position().x());
    m_dragging = false;
}

void TimelineChart::mouseMoveEvent(QMouseEvent *event)
{
    follow(event->position());
    if (!m_pressed || !m_anchor)
        return;
    m_dragging = m_dragging || std::abs(event->position().x() - m_pressed->x()) >= kDragFrom;
    if (!m_dragging)
        return;
    const ChartFrame now = frame();
    const double x = std::clamp(event->position().x(), now.plot.left(), now.plot.right());
    if (const std::optional<WallTime> at = timeAt(x))
        setSelection(spanned(*m_anchor, *at));
}

void TimelineChart::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_pressed)
        return;
    m_pressed.reset();
    m_anchor.reset();
    if (m_dragging)
        Q_EMIT rangeSelected(m_selection);
    else
        select(std::nullopt);
    m_dragging = false;
}

void TimelineChart::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        m_view->follow();
}

void TimelineChart::leaveEvent(QEvent *event)
{
    if (m_mouse) {
        m_mouse.reset();
        moveCursor(std::nullopt);
    }
    ChartWidget::leaveEvent(event);
}

void TimelineChart::wheelEvent(QWheelEvent *event)
{
    const QPoint turned = event->angleDelta();
    const std::optional<TimeRange> shown = range();
    if (!shown) {
        event->ignore();
        return;
    }
    event->accept();
    const bool sideways =
        std::abs(turned.x()) > std::abs(turned.y()) || event->modifiers() & Qt::ShiftModifier;
    m_wheel += sideways && turned.x() != 0 ? turned.x() : turned.y();
    const int steps = m_wheel / QWheelEvent::DefaultDeltasPerStep;
    m_wheel -= steps * QWheelEvent::DefaultDeltasPerStep;
    for (int i = 0; i < std::abs(steps); ++i) {
        if (sideways)
            m_view->pan((steps > 0 ? -1 : 1) * (shown->length() / kPanParts), m_history);
        else
            m_view->zoom(steps > 0, m_history, timeAt(event->position().x()));
    }
}

void TimelineChart::keyPressEvent(QKeyEvent *event)
{
    const std::optional<TimeRange> shown = range();
    if (!shown) {
        ChartWidget::keyPressEvent(event);
        return;
    }
    const bool selecting = event->modifiers() & Qt::ShiftModifier;
    const bool panning = event->modifiers() & Qt::ControlModifier;
    constexpr int kAllTheWay = 1'000'000;
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right: {
            const int way = event->key() == Qt::Key_Left ? -1 : 1;
            if (panning)
                m_view->pan(way * (shown->length() / kPanParts), m_history);
            else
                step(way, selecting);
            break;
        }
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            m_view->pan((event->key() == Qt::Key_PageUp ? -1 : 1) * shown->length(), m_history);
            break;
        case Qt::Key_Home:
            step(-kAllTheWay, selecting);
            break;
        case Qt::Key_End:
            m_view->follow();
            step(kAllTheWay, selecting);
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            m_view->zoom(true, m_history, m_cursor);
            break;
        case Qt::Key_Minus:
            m_view->zoom(false, m_history, m_cursor);
            break;
        case Qt::Key_Escape:
            if (!m_selection && !m_cursor) {
                ChartWidget::keyPressEvent(event);
                return;
            }
            m_anchor.reset();
            m_pressed.reset();
            m_dragging = false;
            m_mouse.reset();
            moveCursor(std::nullopt);
            select(std::nullopt);
            break;
        default:
            ChartWidget::keyPressEvent(event);
    }
}

void TimelineChart::focusOutEvent(QFocusEvent *event)
{
    m_anchor.reset();
    if (!m_mouse && m_cursorIsMine)
        moveCursor(std::nullopt);
    ChartWidget::focusOutEvent(event);
}

}  // namespace holdline::monitor
