// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/rates.h"
#include "monitor/charts/timelinechart.h"

namespace holdline::monitor {

/// Requests a second over time: what was started, and what was answered, with failures as a hatched area of
/// their own on top.
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
    /// Nothing for the first sample of all: there is none before it.
    std::optional<Rates> ratesOf(const TimeColumn &column) const;
};

}  // namespace holdline::monitor
