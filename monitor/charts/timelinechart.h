// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartwidget.h"
#include "monitor/charts/decimate.h"
#include "monitor/charts/timeview.h"

namespace holdline::monitor {

/// A chart over time: the axis, gaps that stay gaps, a cursor with the values below it, and a range of time
/// that is chosen with the mouse (drag) or the keys: Left and Right move the cursor, with Shift they choose,
/// with Ctrl they pan; Home and End go to the ends, Plus and Minus or the wheel zoom, Escape lets go. A chart
/// has a view of its own unless it is given one to share. The history must outlive the chart.
class TimelineChart : public ChartWidget
{
    Q_OBJECT

public:
    TimelineChart(const QString &title, const SampleHistory &history, QWidget *parent = nullptr);

    TimeView *view() const { return m_view; }
    /// Shares that view, which must outlive the chart.
    void setView(TimeView *view);

    std::optional<TimeRange> selection() const { return m_selection; }
    /// Where the cursor is.
    std::optional<WallTime> cursor() const { return m_cursor; }
    /// The text of the box beside the cursor when it is at that time (and, where that counts, at that height
    /// of the widget); empty where nothing is known.
    QString readout(WallTime at, std::optional<qreal> y = {}) const;
    /// The time at that place of the widget; nothing outside of the plot or without data.
    std::optional<WallTime> timeAt(qreal x) const;

    void refresh() override;

public Q_SLOTS:
    /// Does not emit rangeSelected().
    void setSelection(const std::optional<holdline::monitor::TimeRange> &range);
    /// The cursor of a neighbour: a line without a text.
    void setFollowedCursor(std::optional<holdline::monitor::WallTime> at);

Q_SIGNALS:
    /// By mouse or keys; nothing: it was let go.
    void rangeSelected(const std::optional<holdline::monitor::TimeRange> &range);
    void cursorMoved(std::optional<holdline::monitor::WallTime> at);

protected:
    const SampleHistory &history() const { return m_history; }
    const std::deque<Sample> &samples() const { return m_history.samples(); }
    /// What is shown; nothing while there is no data.
    std::optional<TimeRange> range() const { return m_view->range(m_history); }
    /// Time to pixels of a frame's plot; there must be a range().
    Scale timeScale(const ChartFrame &frame) const;
    std::vector<TimeColumn> columns(const ChartFrame &frame) const;
    /// Left, middle and right of a column in pixels, cut to the plot.
    struct Extent
    {
        double left = 0;
        double middle = 0;
        double right = 0;
    };
    static Extent extentOf(const TimeColumn &column, const Scale &time, const ChartFrame &frame);

    /// The chart's own marks; there is data.
    virtual void paintSeries(QPainter &painter, const ChartFrame &frame,
                             const std::vector<TimeColumn> &columns) const = 0;
    /// What the box beside the cursor says of a column.
    virtual QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                                    std::optional<qreal> y) const = 0;

    /// The newest values.
    QString spoken() const override;
    void paintPlot(QPainter &painter, const ChartFrame &frame) const final;
    void paintOver(QPainter &painter, const ChartFrame &frame, bool forExport) const override;

    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    std::optional<TimeColumn> columnAt(WallTime at, const ChartFrame &frame) const;
    void follow(QPointF mouse);
    void moveCursor(std::optional<WallTime> at);
    void choose(const std::optional<TimeRange> &range);
    /// Whole columns from one time to the other.
    TimeRange spanned(WallTime one, WallTime other) const;
    void step(int by, bool choosing);
    /// Left ends of the times of draining, in pixels.
    std::vector<double> paintGapsAndDraining(QPainter &painter, const ChartFrame &frame,
                                             const std::vector<TimeColumn> &columns) const;
    void paintSelection(QPainter &painter, const ChartFrame &frame) const;

    const SampleHistory &m_history;
    TimeView *m_view;
    std::optional<TimeRange> m_selection;
    std::optional<WallTime> m_cursor;
    std::optional<QPointF> m_mouse;  ///< the cursor is where the mouse is, however time moves on
    bool m_cursorIsMine = false;
    std::optional<WallTime> m_anchor;  ///< where choosing began
    std::optional<QPointF> m_pressed;
    bool m_dragging = false;
    int m_wheel = 0;  ///< eighths of a degree that came to no full step yet
};

}  // namespace holdline::monitor
