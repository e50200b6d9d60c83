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
    QRectF plot;  ///< the area inside the axes; charts of one width have the same left and right edge
};

/// Paints the title on the left and as much of the legend as fits on the right.
void paintHeader(QPainter &painter, const ChartFrame &frame, const QString &title,
                 const QList<ChartKey> &legend);
/// Paints lines across the plot and labels to its left.
void paintValueAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks);
/// Paints labels below the plot. `lines` adds lines through the plot.
void paintBottomAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks,
                     bool lines);
/// Paints a dashed line across the plot with a label. A deadline above the plot gets only a label with an
/// arrow.
void paintDeadlineAcross(QPainter &painter, const ChartFrame &frame, const Scale &scale,
                         Microseconds deadline);
/// Paints text on a patch of the background colour, readable on top of anything. `align` says which corner of
/// the label is at `corner`. Returns the label's rectangle.
QRectF paintLabel(QPainter &painter, const ChartFrame &frame, QPointF corner, Qt::Alignment align,
                  const QString &text, Ink ink);
/// Paints the box beside the cursor, moved to stay inside the frame.
void paintReadings(QPainter &painter, const ChartFrame &frame, QPointF at, const QString &heading,
                   const QList<Reading> &readings);
/// Paints a text in the middle of the plot, for a chart without data.
void paintPlaceholder(QPainter &painter, const ChartFrame &frame, const QString &text);
/// The readings as text for screen readers: "heading\nlabel value\n…".
QString readingsText(const QString &heading, const QList<Reading> &readings);

/// A brush of diagonal lines.
QBrush hatched(const QColor &colour);

}  // namespace holdline::monitor
