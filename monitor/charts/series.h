// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/decimate.h"
#include "monitor/charts/scale.h"

#include <QPolygonF>

#include <vector>

class QPainter;

namespace holdline::monitor {

/// Turns the values of a chart's columns into lines and areas with breaks where values are missing. A single
/// column between two gaps is drawn with the column's full width, so that it is visible.
struct Series
{
    struct Point
    {
        double left = 0;  ///< pixels
        double middle = 0;
        double right = 0;
        double value = 0;
        double below = 0;  ///< the value of the area's lower edge
    };

    std::vector<std::vector<Point>> runs;

    /// Returns the upper edges, one line per run.
    std::vector<QPolygonF> lines(const Scale &values) const;
    /// Returns the areas between `below` and `value`, in pieces that meet at whole pixels. Omits pieces
    /// without height.
    std::vector<QPolygonF> areas(const Scale &values) const;
};

/// Draws a polyline with the painter's pen, which must be opaque. Draws each segment alone, because Qt's
/// rasteriser needs ten to forty times as long for one long, jagged path. For the same reason Series::areas()
/// returns pieces.
void paintLine(QPainter &painter, const QPolygonF &line);

}  // namespace holdline::monitor
