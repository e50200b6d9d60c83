// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/decimate.h"
#include "monitor/charts/scale.h"

#include <QPolygonF>

#include <optional>
#include <vector>

class QPainter;

namespace holdline::monitor {

/// A value for each column, or none: from the columns of a chart to lines and areas that break where
/// something is missing. A column that stands alone becomes as wide as it is, so that it can be seen.
struct Series
{
    struct Point
    {
        double left = 0;  ///< pixels
        double middle = 0;
        double right = 0;
        double value = 0;
        double below = 0;  ///< what it stands upon
    };

    std::vector<std::vector<Point>> runs;

    /// The upper edges, one line per run.
    std::vector<QPolygonF> lines(const Scale &values) const;
    /// The areas between `below` and `value`, in pieces that meet at whole pixels; without those of no
    /// height.
    std::vector<QPolygonF> areas(const Scale &values) const;
};

/// As drawPolyline() in the painter's pen, for opaque colours: stroke by stroke. Qt's rasteriser takes ten to
/// forty times as long for one path that is long and jagged; for the same reason areas come in pieces.
void paintLine(QPainter &painter, const QPolygonF &line);

}  // namespace holdline::monitor
