// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/result.h"

#include <algorithm>
#include <numeric>

namespace holdline::bench {

std::optional<double> Series::value(const Metric &metric) const
{
    std::vector<double> values;
    for (const Sample &sample : samples) {
        if (const auto it = sample.find(metric.key); it != sample.end())
            values.push_back(it->second);
    }
    if (values.empty())
        return std::nullopt;
    if (metric.summary == Metric::Summary::Sum)
        return std::accumulate(values.begin(), values.end(), 0.0);
    return median(std::move(values));
}

Series &ScenarioResult::seriesOf(const QString &variant, std::optional<int> held)
{
    for (Series &one : series) {
        if (one.variant == variant && one.held == held)
            return one;
    }
    series.push_back({variant, held, {}});
    return series.back();
}

std::optional<double> ScenarioResult::value(const QString &variant, std::optional<int> held,
                                            const QByteArray &key) const
{
    const auto metric =
        std::find_if(metrics.begin(), metrics.end(), [&key](const Metric &one) { return one.key == key; });
    const auto found = std::find_if(series.begin(), series.end(), [&](const Series &one) {
        return one.variant == variant && one.held == held;
    });
    if (metric == metrics.end() || found == series.end())
        return std::nullopt;
    return found->value(*metric);
}

void ScenarioResult::addRatio(const QString &text, std::optional<double> above, std::optional<double> below)
{
    if (above && below && *below > 0)
        ratios.push_back({text, *above / *below});
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace holdline::bench
