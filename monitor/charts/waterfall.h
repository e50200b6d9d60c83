// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"
#include "monitor/charts/waterfallbars.h"

#include <QWidget>

#include <memory>

namespace holdline::monitor {

/// A waterfall diagram of one job: a bar for each phase (queue, start, job, answer) with its duration and
/// share, and the deadline. The last bar of a live job grows with setNow(). Thread: the window's.
class Waterfall : public QWidget
{
    Q_OBJECT

public:
    explicit Waterfall(QWidget *parent = nullptr);

    /// Shows a job. A null job shows a placeholder.
    void setJob(std::shared_ptr<const JobRow> job, WallTime now);
    /// Sets the present time of the service's clock, at which the last bar of a live job ends.
    void setNow(WallTime now);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {240, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void renew(WallTime now);
    /// Returns a bar's text, for example "128 ms (12 %)". The start bar's text also has the number of
    /// attempts.
    QString barText(const WaterfallBar &bar) const;
    Microseconds length() const;
    void paint(QPainter &painter, const ChartFrame &frame) const;
    /// `names` is the width of the names beside the bars.
    void paintRow(QPainter &painter, const ChartFrame &frame, const Scale &time, WaterfallBar::Part part,
                  double names) const;
    void paintDeadline(QPainter &painter, const ChartFrame &frame, const Scale &time, Microseconds deadline,
                       bool isNear) const;

    std::shared_ptr<const JobRow> m_job;
    std::vector<WaterfallBar> m_bars;
};

}  // namespace holdline::monitor
