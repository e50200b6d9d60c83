// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/scale.h"
#include "monitor/charts/theme.h"
#include "monitor/charts/ticks.h"

#include <QBrush>
#include <QFont>
#include <QList>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

class QPainter;

/// Layout and painting functions that all charts share. Sizes are device-independent pixels.
namespace holdline::monitor {

/// One entry of a legend.
struct ChartKey
{
    enum class Shape : std::uint8_t { Area, Hatched, Line, Ramp, Text };

    Shape shape = Shape::Area;
    Ink ink = Ink::Line;  ///< ignored for Ramp and Text
    QString text;
};

/// One line of the box beside the cursor.
struct Reading
{
    QString label;
    QString value;
    std::optional<Ink> ink;  ///< the colour of the swatch before the label, if any
};

struct ChartFrame
{
    ChartFrame(const QPalette &palette, const QFont &widgetFont, QSizeF size);

    Theme theme;
    QFont font;  ///< for labels; has tabular digits
    QFont titleFont;
    QRectF whole;
    QRectF
        plot;  ///< the area inside the axes; its left and right edges are the same in all charts of one width
};

/// Paints the title on the left and as much of the legend as fits on the right.
void paintHeader(QPainter &painter, const ChartFrame &frame, const QString &title,
                 const QList<ChartKey> &legend);
/// Paints the value axis: lines across the plot, and labels on the left of the plot.
void paintValueAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks);
/// Paints the bottom axis: labels below the plot. `lines` adds vertical lines through the plot.
void paintBottomAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks,
                     bool lines);
/// Paints the deadline as a dashed line across the plot, with a label. A deadline above the plot gets only a
/// label with an arrow.
void paintDeadlineAcross(QPainter &painter, const ChartFrame &frame, const Scale &scale,
                         Microseconds deadline);
/// Paints text on a patch of the background colour, so that it is readable on top of other shapes. `align`
/// says which corner of the label is at `corner`. Returns the label's rectangle.
QRectF paintLabel(QPainter &painter, const ChartFrame &frame, QPointF corner, Qt::Alignment align,
                  const QString &text, Ink ink);
/// Paints the box of values beside the cursor. Moves the box where needed to stay inside the frame.
void paintReadings(QPainter &painter, const ChartFrame &frame, QPointF at, const QString &heading,
                   const QList<Reading> &readings);
/// Paints a text in the middle of the plot, for a chart without data.
void paintPlaceholder(QPainter &painter, const ChartFrame &frame, const QString &text);
/// Returns the readings as text for screen readers: "heading\nlabel value\n…".
QString readingsText(const QString &heading, const QList<Reading> &readings);

/// A brush of diagonal lines.
QBrush hatched(const QColor &colour);

}  // namespace holdline::monitor
