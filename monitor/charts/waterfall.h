// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/wire/monitormessages.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

namespace holdline::monitor {

/// One bar of a waterfall, in microseconds since the job was asked for.
struct WaterfallBar
{
    enum class Part : std::uint8_t { Queue, Start, Job, Answer };

    Part part = Part::Queue;
    Microseconds from{};
    Microseconds to{};
    bool growing = false;  ///< still under way: ends now

    Microseconds length() const { return to - from; }
    friend bool operator==(const WaterfallBar &, const WaterfallBar &) = default;
};

/// What is known of a job as bars, one after the other; what is under way ends at `now`. A part that did not
/// come is left out.
std::vector<WaterfallBar> waterfallBars(const JobRow &row, WallTime now);

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
    bool event(QEvent *event) override;

private:
    void paint(QPainter &painter, const QRectF &whole) const;
    void describe();

    std::shared_ptr<const JobRow> m_job;
    WallTime m_now{};
    std::vector<WaterfallBar> m_bars;
};

}  // namespace holdline::monitor
