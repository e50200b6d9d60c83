// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/rates.h"
#include "monitor/charts/timelinechart.h"

namespace holdline::monitor {

/// A chart of requests per second over time: start requests as a line, answered requests as an area, and
/// failed requests as a hatched area on top.
class RateChart : public TimelineChart
{
    Q_OBJECT

public:
    explicit RateChart(const SampleHistory &history, QWidget *parent = nullptr);

protected:
    void paintSeries(QPainter &painter, const ChartFrame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QList<Reading> readings(const TimeColumn &column, const ChartFrame &frame,
                            std::optional<qreal> y) const override;
    QList<ChartKey> legend() const override;

private:
    /// Returns the rates of a column. Empty for the first sample, which has no previous sample to compare
    /// with.
    std::optional<Rates> ratesOf(const TimeColumn &column) const;
};

}  // namespace holdline::monitor
