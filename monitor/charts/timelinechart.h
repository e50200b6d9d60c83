// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartwidget.h"
#include "monitor/charts/timeaxis.h"
#include "monitor/charts/timeview.h"

namespace holdline::monitor {

/// Base of charts over time: a time axis with gaps, a cursor with a box of values, and a selected time range.
///
/// Dragging selects a range, and the wheel zooms. Keys: Left and Right move the cursor, with Shift they
/// select, with Ctrl they pan. Home and End move to the ends, Plus and Minus zoom, Escape clears selection
/// and cursor.
///
/// A chart has its own TimeView unless setView() shares one. The history must outlive the chart.
class TimelineChart : public ChartWidget
{
    Q_OBJECT

public:
    TimelineChart(const QString &title, const SampleHistory &history, QWidget *parent = nullptr);

    TimeView *view() const { return m_view; }
    /// Shares `view`, which must outlive the chart.
    void setView(TimeView *view);

    std::optional<TimeRange> selection() const { return m_selection; }
    std::optional<WallTime> cursor() const { return m_cursor; }
    /// Returns the text of the box for a cursor at time `at`. `y` is the cursor's height in the widget, for
    /// charts that use it. Empty where no data exists.
    QString readout(WallTime at, std::optional<qreal> y = {}) const;
    /// Returns the time at position `x` of the widget. Empty outside the plot or without data.
    std::optional<WallTime> timeAt(qreal x) const;

    void refresh() override;

public Q_SLOTS:
    /// Sets the selection without emitting rangeSelected().
    void setSelection(const std::optional<holdline::monitor::TimeRange> &range);
    /// Shows the cursor of another chart as a line without a box.
    void setFollowedCursor(std::optional<holdline::WallTime> at);

Q_SIGNALS:
    /// The user selected a range, or cleared the selection; then `range` is empty.
    void rangeSelected(const std::optional<holdline::monitor::TimeRange> &range);
    void cursorMoved(std::optional<holdline::WallTime> at);

protected:
    const std::deque<Sample> &samples() const { return m_history.samples(); }
    /// The visible range. Empty without data.
    std::optional<TimeRange> range() const { return m_view->range(m_history); }
    /// Maps times to pixels of the frame's plot. Requires a range().
    Scale timeScale(const ChartFrame &frame) const;
    std::vector<TimeColumn> columns(const ChartFrame &frame) const;

    /// Paints the data. Called only when `columns` is not empty.
    virtual void paintSeries(QPainter &painter, const ChartFrame &frame,
                             const std::vector<TimeColumn> &columns) const = 0;
    /// Returns the values of a column for the box beside the cursor.
    virtual QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                                    std::optional<qreal> y) const = 0;

    /// The values of the newest column.
    QString accessibleText() const override;
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
    void follow(QPointF mouse);
    void moveCursor(std::optional<WallTime> at);
    void select(const std::optional<TimeRange> &range);
    /// Returns the range from one time to the other, in any order, extended to whole columns.
    TimeRange spanned(WallTime one, WallTime other) const;
    void step(int by, bool selecting);

    const SampleHistory &m_history;
    TimeView *m_view;
    std::optional<TimeRange> m_selection;
    std::optional<WallTime> m_cursor;
    std::optional<QPointF> m_mouse;    ///< set while the cursor follows the mouse as the chart scrolls
    bool m_cursorIsMine = false;       ///< false when the cursor follows the cursor of another chart
    std::optional<WallTime> m_anchor;  ///< where the selection began
    std::optional<QPointF> m_pressed;
    bool m_dragging = false;
    int m_wheel = 0;  ///< wheel rotation below a full step, in eighths of a degree
};

}  // namespace holdline::monitor
