// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
    void paintSeries(QPainter &painter, const Frame &frame,
                     const std::vector<TimeColumn> &columns) const override;
    QStringList values(const TimeColumn &column, const Frame &frame, std::optional<qreal> y) const override;
    QList<Key> legend(const Theme &theme) const override;
    QString spoken() const override;
};

}  // namespace holdline::monitor
