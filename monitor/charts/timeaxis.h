// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"
#include "monitor/charts/decimate.h"
#include "monitor/charts/scale.h"

/// Functions that map times to pixels of a chart, and paint the marks that all charts over time have.
namespace holdline::monitor {

/// Maps times to pixels of the frame's plot.
Scale timeScale(const TimeRange &shown, const ChartFrame &frame);
double pixelOf(WallTime at, const Scale &time);

/// The left edge, middle and right edge of a column in pixels, clipped to the plot.
struct ColumnExtent
{
    double left = 0;
    double middle = 0;
    double right = 0;
};
ColumnExtent extentOf(const TimeColumn &column, const Scale &time, const ChartFrame &frame);

/// Marks the gaps between the columns, and the periods in which the service drains. Returns the left edges of
/// these periods, in pixels.
std::vector<double> paintGapsAndDraining(QPainter &painter, const ChartFrame &frame, const Scale &time,
                                         const std::deque<Sample> &samples,
                                         const std::vector<TimeColumn> &columns);
void paintSelection(QPainter &painter, const ChartFrame &frame, const Scale &time,
                    const TimeRange &selection);

}  // namespace holdline::monitor
