// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/theme.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

namespace holdline::monitor {

/// What all charts share: a title and a legend in one line, a plot below it, and a picture that is painted
/// once and kept until the data, the size, the palette or the font change, so that a moving cursor costs no
/// more than the few pixels it changes. Life: a widget like any other. Thread: the window's.
class ChartWidget : public QWidget
{
    Q_OBJECT

public:
    explicit ChartWidget(const QString &title, QWidget *parent = nullptr);

    QString title() const { return m_title; }
    /// The chart without its cursor, `size` in device-independent pixels.
    QImage render(QSize size, qreal pixelRatio = 1) const;
    /// Greyed, with these words above it ("as of 10:31:07"); an empty text: as usual.
    void setStale(const QString &text);
    QString staleText() const { return m_stale; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public Q_SLOTS:
    /// What it shows has changed.
    virtual void refresh();

protected:
    /// An entry of the legend: a square, a line or a dashed line, and its word.
    struct Key
    {
        enum class Shape : std::uint8_t { Area, Hatched, Line, Dashes };

        Shape shape = Shape::Area;
        QColor colour;
        QString word;
    };
    /// What a picture is painted with and where.
    struct Frame
    {
        explicit Frame(const QPalette &palette) : theme(palette) {}

        QRectF whole;
        QRectF plot;
        Theme theme;
        QFont font;  ///< of labels: tabular
    };

    /// Paints what changes with the data only; the background, the title and the legend are there already.
    virtual void paintPlot(QPainter &painter, const Frame &frame) const = 0;
    /// Painted above that at each update: cursor, selection. A picture for export has no cursor.
    virtual void paintOver(QPainter &painter, const Frame &frame, bool forExport) const;
    virtual QList<Key> legend(const Theme &theme) const;
    /// A sentence with the current values, for those who cannot see the chart.
    virtual QString spoken() const = 0;

    Frame frameOf(QSize size) const;
    /// Of the widget as it is.
    Frame frame() const { return frameOf(size()); }
    /// Words in the middle of the plot, when there is nothing to paint.
    static void paintNothing(QPainter &painter, const Frame &frame, const QString &text);

    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void paintPicture(QPainter &painter, const Frame &frame) const;
    void paintHeader(QPainter &painter, const Frame &frame) const;

    QString m_title;
    QString m_stale;
    QPixmap m_picture;  ///< null: to be painted anew
};

}  // namespace holdline::monitor
