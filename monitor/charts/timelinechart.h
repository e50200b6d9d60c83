// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartwidget.h"
#include "monitor/charts/decimate.h"
#include "monitor/charts/scale.h"
#include "monitor/charts/timeview.h"

#include <QPointer>

namespace holdline::monitor {

/// A chart over time: the axis, gaps that stay gaps, a cursor with the values below it, and a range of time
/// that is chosen with the mouse (drag) or the keys: Left and Right move the cursor, with Shift they choose,
/// with Ctrl they pan; Home and End go to the ends, Plus and Minus or the wheel zoom, Escape lets go. One
/// rests on a view of its own unless it is given one to share. The history must outlive the chart.
class TimelineChart : public ChartWidget
{
    Q_OBJECT

public:
    TimelineChart(const QString &title, const SampleHistory &history, QWidget *parent = nullptr);

    TimeView *view() const { return m_view; }
    /// Shares that view, which must outlive the chart or be its parent's.
    void setView(TimeView *view);

    std::optional<TimeRange> selection() const { return m_selection; }
    /// Where the cursor is.
    std::optional<WallTime> cursor() const { return m_cursor; }
    /// The text beside the cursor when it is at that time (and, where that counts, at that height of the
    /// widget); empty where nothing is known.
    QString readout(WallTime at, std::optional<qreal> y = {}) const;

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
    /// What is shown; nothing while there is no data.
    std::optional<TimeRange> range() const { return m_view->range(m_history); }
    /// Time to pixels of a frame's plot; there must be a range().
    Scale timeScale(const Frame &frame) const;
    /// The samples shown, at most one column for each two pixels.
    std::vector<TimeColumn> columns(const Frame &frame) const;

    /// The chart's own marks, in a plot whose time axis is painted already; there is data.
    virtual void paintSeries(QPainter &painter, const Frame &frame,
                             const std::vector<TimeColumn> &columns) const = 0;
    /// Lines of the readout below the time.
    virtual QStringList values(const TimeColumn &column, const Frame &frame,
                               std::optional<qreal> y) const = 0;

    void paintPlot(QPainter &painter, const Frame &frame) const final;
    void paintOver(QPainter &painter, const Frame &frame, bool forExport) const override;

    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    std::optional<WallTime> timeAt(qreal x) const;
    /// Beginning and end of the column there.
    std::optional<TimeRange> columnAt(WallTime at) const;
    void moveCursor(std::optional<WallTime> at, std::optional<qreal> y);
    void choose(std::optional<TimeRange> range);
    void step(int columns, bool choosing);
    void paintTimeAxis(QPainter &painter, const Frame &frame) const;
    void paintShades(QPainter &painter, const Frame &frame, const std::vector<TimeColumn> &columns) const;
    void paintReadout(QPainter &painter, const Frame &frame) const;

    const SampleHistory &m_history;
    TimeView *m_view;
    std::optional<TimeRange> m_selection;
    std::optional<WallTime> m_cursor;
    std::optional<qreal> m_cursorY;
    bool m_cursorIsMine = false;
    std::optional<WallTime> m_anchor;  ///< where choosing began
    qreal m_pressedAt = 0;
    bool m_dragging = false;
    qreal m_wheelLeft = 0;
};

}  // namespace holdline::monitor
