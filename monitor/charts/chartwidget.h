// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

namespace holdline::monitor {

/// Base of all charts: a line with title and legend, and a plot below that line. The chart is cached as a
/// pixmap until its data, size, palette or font change. A moving cursor repaints only the overlay. Thread:
/// the window's.
class ChartWidget : public QWidget
{
    Q_OBJECT

public:
    explicit ChartWidget(const QString &title, QWidget *parent = nullptr);

    QString title() const { return m_title; }
    /// Returns an image of the chart without the cursor. `size` is in device-independent pixels.
    QImage render(QSize size, qreal pixelRatio = 1) const;
    /// Greys the chart and shows `text` above it, for example "as of 10:31:07". An empty text removes both.
    void setStale(const QString &text);
    /// Sets the deadline that charts of durations show as a line. Zero hides the line.
    void setDeadline(Milliseconds deadline);

    QSize sizeHint() const override { return {640, 220}; }
    QSize minimumSizeHint() const override { return {260, 120}; }

    /// Saves the chart as a PNG, at its present size and without the cursor. Returns an error text for the
    /// user, or an empty text.
    QString savePicture(const QString &path) const;

public Q_SLOTS:
    /// Repaints the chart. Call it when the data changed.
    virtual void refresh();

Q_SIGNALS:
    /// A text for the status bar: the result of saving a picture.
    void statusMessage(const QString &text);

protected:
    void setTitle(const QString &title);
    Milliseconds deadline() const { return m_deadline; }
    /// Paints the cached part inside the plot. The background is already painted.
    virtual void paintPlot(QPainter &painter, const ChartFrame &frame) const = 0;
    /// Paints the uncached part on top of the plot: cursor and selection. `forExport` leaves the cursor out.
    virtual void paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const = 0;
    virtual QList<ChartKey> legend() const { return {}; }
    /// The current values as text for screen readers.
    virtual QString accessibleText() const = 0;
    /// The frame for the widget's present palette, font and size.
    ChartFrame frame() const { return {palette(), font(), size()}; }

    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void paintPicture(QPainter &painter, const ChartFrame &frame) const;

    QString m_title;
    QString m_stale;
    Milliseconds m_deadline{};
    QPixmap m_picture;  ///< the cached chart; null when the chart must be painted again
};

}  // namespace holdline::monitor
