// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace holdline::bench {

/// One column of a table and one member of the JSON.
struct Metric
{
    enum class Summary { Median, Sum };

    QByteArray key;  ///< with its unit, e.g. "holdline_us_per_job"
    QString title;
    int decimals = 0;
    Summary summary = Summary::Median;  ///< of several runs
};

/// What one run measured, by Metric::key. A metric may be missing: not measured.
using Sample = std::map<QByteArray, double>;

/// The runs of one variant, under one condition.
struct Series
{
    QString variant;
    std::optional<int> held;  ///< requests held meanwhile, where that is the condition
    std::vector<Sample> samples;

    /// Over all runs that have it; nothing when none has.
    std::optional<double> value(const Metric &metric) const;
};

/// A number that is made of two others, for people who would otherwise divide in their heads.
struct Ratio
{
    QString text;
    double value = 0;
};

struct ScenarioResult
{
    QByteArray name;
    QString about;  ///< what was done, in a sentence
    std::vector<Metric> metrics;
    std::vector<Series> series;
    std::vector<Ratio> ratios;
    QStringList notes;  ///< what a reader of the figures must know

    /// The series of that variant and condition; made when it is not there.
    Series &seriesOf(const QString &variant, std::optional<int> held = std::nullopt);
    /// A metric's value there; nothing when that was not measured.
    std::optional<double> value(const QString &variant, std::optional<int> held, const QByteArray &key) const;
    /// Adds a ratio when both of its numbers were measured.
    void addRatio(const QString &text, std::optional<double> above, std::optional<double> below);
};

/// The middle one, or the mean of the two in the middle. `values` must not be empty.
double median(std::vector<double> values);

}  // namespace holdline::bench
