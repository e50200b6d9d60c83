// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace holdline::bench {

/// One column of a table, and one member of the JSON report.
struct Metric
{
    enum class Summary { Median, Sum };

    QByteArray key;  ///< includes the unit, e.g. "holdline_us_per_job"
    QString title;
    int decimals = 0;
    Summary summary = Summary::Median;  ///< how the values of several runs are summarised
};

/// The values of one run, by Metric::key. A metric that was not measured is missing.
using Sample = std::map<QByteArray, double>;

/// The runs of one variant under one condition.
struct Series
{
    QString variant;
    std::optional<int> held;  ///< number of held requests, when this is the condition
    std::vector<Sample> samples;

    /// Returns the summary over the runs that have the metric, or nullopt when no run has it.
    std::optional<double> value(const Metric &metric) const;
};

/// The quotient of two measured values.
struct Ratio
{
    QString text;
    double value = 0;
};

struct ScenarioResult
{
    QByteArray name;
    QString about;  ///< one sentence about the measurement
    std::vector<Metric> metrics;
    std::vector<Series> series;
    std::vector<Ratio> ratios;
    QStringList notes;  ///< notes for the reader of the figures

    /// Returns the series of this variant and condition. Creates it when it does not exist.
    Series &seriesOf(const QString &variant, std::optional<int> held = std::nullopt);
    /// Returns the value of a metric, or nullopt when it was not measured.
    std::optional<double> value(const QString &variant, std::optional<int> held, const QByteArray &key) const;
    /// Adds a ratio when both values were measured.
    void addRatio(const QString &text, std::optional<double> above, std::optional<double> below);
};

/// Returns the middle value, or the mean of the two middle values. `values` must not be empty.
double median(std::vector<double> values);

}  // namespace holdline::bench
