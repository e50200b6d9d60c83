// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/chartframe.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

constexpr double kPad = 10;
constexpr double kSwatch = 9;
/// The widths of the keys in a legend, indexed by ChartKey::Shape.
constexpr std::array kKeyWidths{kSwatch, kSwatch, 16.0, 80.0, 0.0};
/// Distance between an axis and its labels.
constexpr double kLabelGap = 6;

QString tr(const char *text)
{
    return QCoreApplication::translate("holdline::monitor::Charts", text);
}

double snapped(double pixel)
{
    return std::floor(pixel) + 0.5;
}

void paintSwatch(QPainter &painter, const Theme &theme, Ink ink, const QRectF &box)
{
    painter.fillRect(box, theme.tint(ink, 0.7));
    painter.setPen(theme[ink]);
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
}

void paintKey(QPainter &painter, const Theme &theme, const ChartKey &key, const QRectF &box)
{
    const QColor colour = theme[key.ink];
    const double middle = snapped(box.center().y());
    switch (key.shape) {
        case ChartKey::Shape::Area:
            paintSwatch(painter, theme, key.ink, box);
            break;
        case ChartKey::Shape::Text:
            break;
        case ChartKey::Shape::Hatched:
            painter.fillRect(box, theme.tint(key.ink, 0.3));
            painter.fillRect(box, hatched(colour));
            painter.setPen(colour);
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
            break;
        case ChartKey::Shape::Line:
            painter.setPen(QPen(colour, 2));
            painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle));
            break;
        case ChartKey::Shape::Ramp: {
            QLinearGradient ramp(box.topLeft(), box.topRight());
            for (int i = 0; i <= 8; ++i)
                ramp.setColorAt(i / 8.0, theme.heat(i / 8.0));
            painter.fillRect(box, ramp);
            break;
        }
    }
}

}  // namespace

ChartFrame::ChartFrame(const QPalette &palette, const QFont &widgetFont, QSizeF size)
    : theme(palette), font(chartFont(widgetFont)), titleFont(widgetFont), whole(QPointF(0, 0), size)
{
    titleFont.setWeight(QFont::DemiBold);
    const QFontMetricsF labels(font);
    const double left = std::ceil(labels.horizontalAdvance(QStringLiteral("1,000 ms"))) + kLabelGap + kPad;
    const double top = std::ceil(QFontMetricsF(titleFont).height()) + 16;
    const double bottom = std::ceil(labels.height()) + 12;
    plot = whole.adjusted(left, top, -16, -bottom);
    plot.setWidth(std::max(plot.width(), 1.0));
    plot.setHeight(std::max(plot.height(), 1.0));
}

void paintHeader(QPainter &painter, const ChartFrame &frame, const QString &title,
                 const QList<ChartKey> &legend)
{
    const QFontMetricsF titles(frame.titleFont);
    const QFontMetricsF words(frame.font);
    const double baseline = kPad + titles.ascent() - 2;
    const double titleRight = frame.whole.left() + kPad + titles.horizontalAdvance(title);
    painter.setFont(frame.titleFont);
    painter.setPen(frame.theme[Ink::Text]);
    painter.drawText(QPointF(frame.whole.left() + kPad, baseline), title);

    painter.setFont(frame.font);
    double right = frame.plot.right();
    for (auto key = legend.crbegin(); key != legend.crend(); ++key) {
        const double width = kKeyWidths[static_cast<std::size_t>(key->shape)];
        const double word = words.horizontalAdvance(key->text);
        const double left = std::floor(right - word - 5 - width);
        if (left < titleRight + 2 * kPad)
            break;
        const double middle = baseline - words.capHeight() / 2;
        paintKey(painter, frame.theme, *key, QRectF(left, std::round(middle - kSwatch / 2), width, kSwatch));
        painter.setPen(frame.theme[Ink::AxisText]);
        painter.drawText(QPointF(left + width + 5, baseline), key->text);
        right = left - 14;
    }
}

void paintValueAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks)
{
    const QFontMetricsF metrics(frame.font);
    thinLabels(
        ticks, scale, [&](const QString &) { return metrics.height(); }, 1);
    painter.setFont(frame.font);
    for (const Tick &tick : ticks) {
        const double y = snapped(scale.pixel(tick.value));
        if (tick.label.isEmpty() || y < frame.plot.top() - 1 || y > frame.plot.bottom() + 1)
            continue;
        painter.setPen(frame.theme[tick.value == scale.low() ? Ink::Axis : Ink::Grid]);
        painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
        painter.setPen(frame.theme[Ink::AxisText]);
        painter.drawText(QRectF(0, y - metrics.height() / 2, frame.plot.left() - kLabelGap, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, tick.label);
    }
}

void paintBottomAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks,
                     bool lines)
{
    const QFontMetricsF metrics(frame.font);
    const auto width = [&](const QString &label) { return metrics.horizontalAdvance(label); };
    thinLabels(ticks, scale, width, 12);
    painter.setFont(frame.font);
    const double bottom = snapped(frame.plot.bottom());
    for (const Tick &tick : ticks) {
        const double x = snapped(scale.pixel(tick.value));
        if (x < frame.plot.left() - 1 || x > frame.plot.right() + 1)
            continue;
        if (lines && !tick.label.isEmpty()) {
            painter.setPen(frame.theme[Ink::Grid]);
            painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, bottom));
        }
        painter.setPen(frame.theme[Ink::Axis]);
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + (tick.label.isEmpty() ? 2 : 4)));
        painter.setPen(frame.theme[Ink::AxisText]);
        // Move the label inside the frame.
        const double half = width(tick.label) / 2;
        const double middle = std::clamp(x, half + 2, std::max(frame.whole.right() - half - 2, half + 2));
        painter.drawText(QPointF(middle - half, bottom + 6 + metrics.ascent()), tick.label);
    }
    painter.setPen(frame.theme[Ink::Axis]);
    painter.drawLine(QPointF(frame.plot.left(), bottom), QPointF(frame.plot.right(), bottom));
}

void paintDeadlineAcross(QPainter &painter, const ChartFrame &frame, const Scale &scale,
                         Microseconds deadline)
{
    if (deadline <= Microseconds::zero())
        return;
    const QString words = tr("deadline %1").arg(roundDurationText(deadline));
    const double y = snapped(scale.pixel(static_cast<double>(deadline.count())));
    if (y < frame.plot.top() - 1) {
        paintLabel(painter, frame, frame.plot.topLeft() + QPointF(4, 3), Qt::AlignLeft | Qt::AlignTop,
                   tr("↑ %1").arg(words), Ink::Deadline);
        return;
    }
    painter.setPen(QPen(frame.theme[Ink::Deadline], 1.5, Qt::DashLine));
    painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
    const bool below = y - frame.plot.top() < QFontMetricsF(frame.font).height() + 4;
    paintLabel(painter, frame, QPointF(frame.plot.left() + 4, below ? y + 2 : y - 2),
               Qt::AlignLeft | (below ? Qt::AlignTop : Qt::AlignBottom), words, Ink::Deadline);
}

QRectF paintLabel(QPainter &painter, const ChartFrame &frame, QPointF corner, Qt::Alignment align,
                  const QString &text, Ink ink)
{
    const QFontMetricsF metrics(frame.font);
    QRectF box(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height() + 2);
    if (align & Qt::AlignRight)
        box.moveRight(corner.x());
    else if (align & Qt::AlignHCenter)
        box.moveLeft(corner.x() - box.width() / 2);
    else
        box.moveLeft(corner.x());
    if (align & Qt::AlignBottom)
        box.moveBottom(corner.y());
    else
        box.moveTop(corner.y());
    QColor patch = frame.theme.base();
    patch.setAlphaF(0.85F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(patch);
    painter.drawRoundedRect(box, 3, 3);
    painter.setBrush(Qt::NoBrush);
    painter.setFont(frame.font);
    painter.setPen(frame.theme.readable(ink));
    painter.drawText(box, Qt::AlignCenter | Qt::TextSingleLine, text);
    return box;
}

void paintReadings(QPainter &painter, const ChartFrame &frame, QPointF at, const QString &heading,
                   const QList<Reading> &readings)
{
    QFont headingFont(frame.font);
    headingFont.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(frame.font);
    double labels = 0;
    double values = 0;
    bool swatches = false;
    for (const Reading &reading : readings) {
        labels = std::max(labels, metrics.horizontalAdvance(reading.label));
        values = std::max(values, metrics.horizontalAdvance(reading.value));
        swatches = swatches || reading.ink;
    }
    const double indent = swatches ? kSwatch + 6 : 0;
    const double inside = std::max(indent + labels + (values > 0 ? 14 + values : 0),
                                   QFontMetricsF(headingFont).horizontalAdvance(heading));
    const double line = std::ceil(metrics.height()) + 2;
    const double rows = static_cast<double>(readings.size()) + (heading.isEmpty() ? 0 : 1);
    QRectF box(0, 0, std::ceil(inside) + 16, rows * line + 10);
    // Place the box on the right of the cursor, or on the left if it does not fit there.
    box.moveTopLeft(QPointF(at.x() + 12, at.y()));
    if (box.right() > frame.whole.right() - 4)
        box.moveRight(at.x() - 12);
    box.moveLeft(std::round(std::max(box.left(), frame.whole.left() + 4)));
    box.moveTop(
        std::round(std::clamp(box.top(), frame.whole.top() + 4,
                              std::max(frame.whole.bottom() - box.height() - 4, frame.whole.top() + 4))));

    painter.setRenderHint(QPainter::Antialiasing);
    QColor back = frame.theme.base();
    back.setAlphaF(0.94F);
    painter.setBrush(back);
    painter.setPen(frame.theme[Ink::Axis]);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setBrush(Qt::NoBrush);
    double y = box.top() + 5;
    painter.setPen(frame.theme[Ink::Text]);
    if (!heading.isEmpty()) {
        painter.setFont(headingFont);
        painter.drawText(QRectF(box.left() + 8, y, inside, line), Qt::AlignLeft | Qt::AlignVCenter, heading);
        y += line;
    }
    painter.setFont(frame.font);
    for (const Reading &reading : readings) {
        const QRectF row(box.left() + 8, y, box.width() - 16, line);
        if (reading.ink)
            paintSwatch(painter, frame.theme, *reading.ink,
                        QRectF(row.left(), std::round(row.center().y() - kSwatch / 2), kSwatch, kSwatch));
        painter.setPen(frame.theme[Ink::Text]);
        painter.drawText(row.adjusted(indent, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, reading.label);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, reading.value);
        y += line;
    }
}

void paintPlaceholder(QPainter &painter, const ChartFrame &frame, const QString &text)
{
    painter.setFont(frame.font);
    painter.setPen(frame.theme[Ink::AxisText]);
    painter.drawText(frame.plot, Qt::AlignCenter | Qt::TextWordWrap, text);
}

QString readingsText(const QString &heading, const QList<Reading> &readings)
{
    QStringList lines;
    if (!heading.isEmpty())
        lines.append(heading);
    for (const Reading &reading : readings)
        lines.append(reading.value.isEmpty() ? reading.label : reading.label + u' ' + reading.value);
    return lines.join(u'\n');
}

QBrush hatched(const QColor &colour)
{
    return {colour, Qt::BDiagPattern};
}

}  // namespace holdline::monitor
