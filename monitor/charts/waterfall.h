// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/chartframe.h"
#include "monitor/charts/waterfallbars.h"

#include <QImage>
#include <QWidget>

#include <memory>

namespace holdline::monitor {

/// Where one job's time went: queue, start, job and answer as bars below one another on one time axis, each
/// with its time and its share, and the deadline. A live job's last bar grows with setNow(). Thread: the
/// window's.
class Waterfall : public QWidget
{
    Q_OBJECT

public:
    explicit Waterfall(QWidget *parent = nullptr);

    /// Null: none.
    void setJob(std::shared_ptr<const JobRow> job, WallTime now);
    /// The service's clock, for live jobs; call it as often as the bar is to grow.
    void setNow(WallTime now);
    QImage render(QSize size, qreal pixelRatio = 1) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void renew(WallTime now);
    /// "128 ms (12 %)", and how many attempts a start took.
    QString barText(const WaterfallBar &bar) const;
    Microseconds length() const;
    void paint(QPainter &painter, const ChartFrame &frame) const;

    std::shared_ptr<const JobRow> m_job;
    std::vector<WaterfallBar> m_bars;
};

}  // namespace holdline::monitor
