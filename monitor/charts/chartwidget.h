// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

namespace holdline::monitor {

/// What all charts share: a title and a legend in one line, a plot below it, and a picture that is painted
/// once and kept until the data, the size, the palette or the font change, so that a moving cursor costs no
/// more than what it changes. Life: a widget like any other. Thread: the window's.
class ChartWidget : public QWidget
{
    Q_OBJECT

public:
    explicit ChartWidget(const QString &title, QWidget *parent = nullptr);

    QString title() const { return m_title; }
    /// The chart without its cursor; `size` in device-independent pixels.
    QImage render(QSize size, qreal pixelRatio = 1) const;
    /// Greyed, with these words above it ("as of 10:31:07"); an empty text: as usual.
    void setStale(const QString &text);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// As it is seen, without its cursor, as a PNG; empty, or why it could not be written.
    QString savePicture(const QString &path) const;

public Q_SLOTS:
    /// What it shows has changed.
    virtual void refresh();

Q_SIGNALS:
    /// For the status bar: it was saved from its menu, or why not.
    void told(const QString &text);

protected:
    void setTitle(const QString &title);
    /// Paints what changes with the data only; the background, the title and the legend are there already.
    virtual void paintPlot(QPainter &painter, const ChartFrame &frame) const = 0;
    /// Painted above that at each update: cursor, selection. A picture for export has no cursor.
    virtual void paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const;
    virtual QList<ChartKey> legend() const;
    /// A sentence with the current values, for those who cannot see the chart.
    virtual QString spoken() const = 0;
    /// The widget as it is.
    ChartFrame frame() const { return {palette(), font(), size()}; }

    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void paintPicture(QPainter &painter, const ChartFrame &frame) const;

    QString m_title;
    QString m_stale;
    QPixmap m_picture;  ///< null: to be painted anew
};

}  // namespace holdline::monitor
