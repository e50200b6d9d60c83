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

/// What charts are painted with, and the parts that all of them have. Sizes are device-independent pixels.
namespace holdline::monitor {

/// One entry of a legend.
struct ChartKey
{
    enum class Shape : std::uint8_t { Area, Hatched, Line, Ramp, Words };

    Shape shape = Shape::Area;
    Ink ink = Ink::Line;  ///< of no meaning for Ramp and Words
    QString word;
};

/// One line of the box beside the cursor.
struct Reading
{
    QString label;
    QString value;
    std::optional<Ink> ink;  ///< a swatch before it
};

struct ChartFrame
{
    ChartFrame(const QPalette &palette, const QFont &widgetFont, QSizeF size);

    Theme theme;
    QFont font;  ///< of labels: tabular digits
    QFont titleFont;
    QRectF whole;
    QRectF plot;  ///< inside of the axes; the same left and right for all charts of one width
};

/// The title on the left and, as far as there is room, the legend on the right.
void paintHeader(QPainter &painter, const ChartFrame &frame, const QString &title,
                 const QList<ChartKey> &legend);
/// Lines across the plot and labels left of it.
void paintValueAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks);
/// Labels below the plot; `lines`: lines through it too.
void paintBottomAxis(QPainter &painter, const ChartFrame &frame, const Scale &scale, std::vector<Tick> ticks,
                     bool lines);
/// A dashed line across the plot, with its words; above the plot's top only the words, with an arrow.
void paintDeadlineAcross(QPainter &painter, const ChartFrame &frame, const Scale &scale,
                         Microseconds deadline);
/// Words on a patch of the base, so that they can be read upon anything. `corner`: where `align`'s corner is.
QRectF paintLabel(QPainter &painter, const ChartFrame &frame, QPointF corner, Qt::Alignment align,
                  const QString &text, Ink ink);
/// The box beside a cursor, kept inside of the frame.
void paintReadings(QPainter &painter, const ChartFrame &frame, QPointF at, const QString &heading,
                   const QList<Reading> &readings);
/// Words in the middle of the plot, when there is nothing to paint.
void paintNothing(QPainter &painter, const ChartFrame &frame, const QString &text);
/// "heading\nlabel value\n…", for those who cannot see the box.
QString readingsText(const QString &heading, const QList<Reading> &readings);

/// Lines that lean, in that colour.
QBrush hatched(const QColor &colour);

}  // namespace holdline::monitor
