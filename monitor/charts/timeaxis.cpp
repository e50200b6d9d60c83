// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/timeaxis.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <optional>

namespace holdline::monitor {

namespace {

double number(WallTime at)
{
    return static_cast<double>(at.time_since_epoch().count());
}

}  // namespace

Scale timeScale(const TimeRange &shown, const ChartFrame &frame)
{
    return {Scale::Kind::Linear, number(shown.from), number(shown.to), frame.plot.left(), frame.plot.right()};
}

double pixelOf(WallTime at, const Scale &time)
{
    return time.pixel(number(at));
}

ColumnExtent extentOf(const TimeColumn &column, const Scale &time, const ChartFrame &frame)
{
    const auto cut = [&](double x) { return std::clamp(x, frame.plot.left(), frame.plot.right()); };
    const double left = pixelOf(column.from, time);
    const double right = pixelOf(column.to, time);
    return {cut(left), cut((left + right) / 2), cut(right)};
}

std::vector<double> paintGapsAndDraining(QPainter &painter, const ChartFrame &frame, const Scale &time,
                                         const std::deque<Sample> &samples,
                                         const std::vector<TimeColumn> &columns)
{
    const QRectF &plot = frame.plot;
    const auto band = [&](double left, double right) {
        return QRectF(left, plot.top(), right - left, plot.height());
    };
    std::vector<double> drains;
    std::optional<double> drainsFrom;
    const auto endDraining = [&](double at) {
        if (!drainsFrom)
            return;
        painter.fillRect(band(*drainsFrom, at), frame.theme.tint(Ink::Warn, 0.08));
        painter.setPen(frame.theme[Ink::Warn]);
        painter.drawLine(QPointF(*drainsFrom, plot.top()), QPointF(at, plot.top()));
        drains.push_back(*drainsFrom);
        drainsFrom.reset();
    };
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const ColumnExtent now = extentOf(columns[i], time, frame);
        if (columns[i].afterGap && i > 0) {
            const double before = extentOf(columns[i - 1], time, frame).right;
            endDraining(before);
            painter.fillRect(band(before, now.left), hatched(frame.theme[Ink::Grid]));
        }
        const bool isDraining = samples[columns[i].last - 1].draining;
        if (isDraining && !drainsFrom)
            drainsFrom = std::floor(now.left);
        else if (!isDraining)
            endDraining(now.left);
        if (i + 1 == columns.size())
            endDraining(now.right);
    }
    return drains;
}

void paintSelection(QPainter &painter, const ChartFrame &frame, const Scale &time, const TimeRange &selection)
{
    const double left = std::max(pixelOf(selection.from, time), frame.plot.left());
    const double right = std::min(pixelOf(selection.to, time), frame.plot.right());
    if (left > frame.plot.right() || right < frame.plot.left())
        return;
    QColor fill = frame.theme[Ink::Selection];
    fill.setAlphaF(frame.theme.isDark() ? 0.22F : 0.15F);
    painter.fillRect(QRectF(left, frame.plot.top(), std::max(right - left, 1.0), frame.plot.height()), fill);
    painter.setPen(frame.theme[Ink::Selection]);
    for (const double x : {left, right}) {
        const double edge = std::floor(x) + 0.5;
        painter.drawLine(QPointF(edge, frame.plot.top()), QPointF(edge, frame.plot.bottom()));
    }
}

}  // namespace holdline::monitor
