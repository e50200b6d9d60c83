// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/series.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

namespace {

/// Number of points in a piece of an area.
constexpr qsizetype kPiece = 16;

/// Returns the line through a run, from the left edge of its first column to the right edge of its last
/// column.
QPolygonF edge(const std::vector<Series::Point> &run, const Scale &values, double Series::Point::*height)
{
    QPolygonF line;
    line.reserve(static_cast<qsizetype>(run.size()) + 2);
    line.append(QPointF(run.front().left, values.pixel(run.front().*height)));
    for (const Series::Point &point : run)
        line.append(QPointF(point.middle, values.pixel(point.*height)));
    line.append(QPointF(run.back().right, values.pixel(run.back().*height)));
    return line;
}

/// Returns whether the piece is high enough to be visible.
bool hasHeight(const QPolygonF &top, const QPolygonF &bottom, qsizetype from, qsizetype to)
{
    constexpr double kSeen = 0.1;
    for (qsizetype i = from; i <= to; ++i) {
        if (std::abs(top[i].y() - bottom[i].y()) > kSeen)
            return true;
    }
    return false;
}

}  // namespace

std::vector<QPolygonF> Series::lines(const Scale &values) const
{
    std::vector<QPolygonF> lines;
    for (const std::vector<Point> &run : runs)
        lines.push_back(edge(run, values, &Point::value));
    return lines;
}

std::vector<QPolygonF> Series::areas(const Scale &values) const
{
    std::vector<QPolygonF> areas;
    for (const std::vector<Point> &run : runs) {
        QPolygonF top = edge(run, values, &Point::value);
        QPolygonF bottom = edge(run, values, &Point::below);
        for (qsizetype from = 0; from + 1 < top.size(); from += kPiece) {
            const qsizetype to = std::min(from + kPiece, top.size() - 1);
            // The background would show through if two pieces shared a pixel.
            top[to].setX(std::round(top[to].x()));
            bottom[to].setX(top[to].x());
            if (!hasHeight(top, bottom, from, to))
                continue;
            QPolygonF area = top.sliced(from, to - from + 1);
            for (qsizetype i = to; i >= from; --i)
                area.append(bottom[i]);
            areas.push_back(std::move(area));
        }
    }
    return areas;
}

void paintLine(QPainter &painter, const QPolygonF &line)
{
    for (qsizetype i = 1; i < line.size(); ++i)
        painter.drawLine(line[i - 1], line[i]);
}

}  // namespace holdline::monitor
