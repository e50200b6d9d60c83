// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/ratechart.h"

#include "monitor/charts/rates.h"
#include "monitor/charts/series.h"
#include "monitor/charts/texts.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

RateChart::RateChart(const SampleHistory &history, QWidget *parent)
    : TimelineChart(tr("Requests per second"), history, parent)
{
}

std::optional<Rates> RateChart::ratesOf(const TimeColumn &column) const
{
    if (column.first == 0 && column.last == 1)
        return std::nullopt;
    // The counters are totals since the service started, so compare with the sample before the column.
    const std::size_t before = column.first == 0 ? 0 : column.first - 1;
    return ratesBetween(samples()[before], samples()[column.last - 1]);
}

void RateChart::paintSeries(QPainter &painter, const ChartFrame &frame,
                            const std::vector<TimeColumn> &columns) const
{
    const Scale time = timeScale(frame);
    std::vector<std::optional<Rates>> rates;
    rates.reserve(columns.size());
    for (const TimeColumn &column : columns)
        rates.push_back(ratesOf(column));
    Series starts;
    Series answered;
    Series failed;
    double highest = 0;
    for (const Run &run : runsOf(columns, [&](std::size_t i) { return rates[i].has_value(); })) {
        starts.runs.emplace_back();
        answered.runs.emplace_back();
        failed.runs.emplace_back();
        for (std::size_t i = run.first; i < run.last; ++i) {
            const ColumnExtent x = extentOf(columns[i], time, frame);
            const Rates &now = *rates[i];
            const double both = now.answered + now.failed;
            starts.runs.back().push_back({x.left, x.middle, x.right, now.starts, 0});
            answered.runs.back().push_back({x.left, x.middle, x.right, now.answered, 0});
            failed.runs.back().push_back({x.left, x.middle, x.right, both, now.answered});
            highest = std::max({highest, now.starts, both});
        }
    }
    const int most = std::max(2, static_cast<int>(frame.plot.height() / 30));
    const std::vector<Tick> ticks = numberTicks(std::max(highest * 1.02, 1.0), most, highest > 2);
    const Scale values(Scale::Kind::Linear, 0, ticks.back().value, std::floor(frame.plot.bottom()) + 0.5,
                       frame.plot.top());
    paintValueAxis(painter, frame, values, ticks);

    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(frame.theme.tint(Ink::Good, frame.theme.isDark() ? 0.5 : 0.4));
    for (const QPolygonF &area : answered.areas(values))
        painter.drawPolygon(area);
    const std::vector<QPolygonF> failures = failed.areas(values);
    painter.setBrush(frame.theme.tint(Ink::Bad, 0.35));
    for (const QPolygonF &area : failures)
        painter.drawPolygon(area);
    // Antialiasing is slow with a pattern, and the area below already has smooth edges.
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(hatched(frame.theme[Ink::Bad]));
    for (const QPolygonF &area : failures)
        painter.drawPolygon(area);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(frame.theme[Ink::Good], 1));
    for (const QPolygonF &line : answered.lines(values))
        paintLine(painter, line);
    painter.setPen(QPen(frame.theme[Ink::Line], 1.5));
    for (const QPolygonF &line : starts.lines(values))
        paintLine(painter, line);
}

QList<Reading> RateChart::readings(const TimeColumn &column, const ChartFrame & /*frame*/,
                                   std::optional<qreal> /*y*/) const
{
    const std::optional<Rates> rates = ratesOf(column);
    if (!rates)
        return {{tr("no earlier sample"), {}, {}}};
    const auto perSecond = [](double rate) { return tr("%1/s").arg(rateText(rate)); };
    return {{tr("Starts"), perSecond(rates->starts), Ink::Line},
            {tr("Answered"), perSecond(rates->answered), Ink::Good},
            {tr("Failed"), perSecond(rates->failed), Ink::Bad}};
}

QList<ChartKey> RateChart::legend() const
{
    return {{ChartKey::Shape::Line, Ink::Line, tr("starts")},
            {ChartKey::Shape::Area, Ink::Good, tr("answered")},
            {ChartKey::Shape::Hatched, Ink::Bad, tr("failed")}};
}

}  // namespace holdline::monitor
