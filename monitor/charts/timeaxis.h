// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"
#include "monitor/charts/decimate.h"
#include "monitor/charts/scale.h"

/// Times as pixels of a chart, and the marks that all timelines have.
namespace holdline::monitor {

/// Maps times to pixels of the frame's plot.
Scale timeScale(const TimeRange &shown, const ChartFrame &frame);
double pixelOf(WallTime at, const Scale &time);

/// Left, middle and right of a column in pixels, clipped to the plot.
struct ColumnExtent
{
    double left = 0;
    double middle = 0;
    double right = 0;
};
ColumnExtent extentOf(const TimeColumn &column, const Scale &time, const ChartFrame &frame);

/// Marks the gaps between the columns, and the periods of draining. Returns the left edges of these periods,
/// in pixels.
std::vector<double> paintGapsAndDraining(QPainter &painter, const ChartFrame &frame, const Scale &time,
                                         const std::deque<Sample> &samples,
                                         const std::vector<TimeColumn> &columns);
void paintSelection(QPainter &painter, const ChartFrame &frame, const Scale &time,
                    const TimeRange &selection);

}  // namespace holdline::monitor
