// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/series.h"

namespace holdline::monitor {

namespace {

/// The line through a run, from the left edge of its first column to the right edge of its last.
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
        QPolygonF area = edge(run, values, &Point::value);
        const QPolygonF bottom = edge(run, values, &Point::below);
        for (auto point = bottom.crbegin(); point != bottom.crend(); ++point)
            area.append(*point);
        areas.push_back(std::move(area));
    }
    return areas;
}

}  // namespace holdline::monitor
