// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benchreport.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

using Cells = std::vector<QString>;

bool hasHeld(const ScenarioResult &scenario)
{
    return std::any_of(scenario.series.begin(), scenario.series.end(),
                       [](const Series &series) { return series.held.has_value(); });
}

/// Returns the number with grouped thousands, as in "10,000".
QString number(double value, int decimals)
{
    QString text = QString::number(value, 'f', decimals);
    const qsizetype first = text.startsWith(u'-') ? 1 : 0;
    const qsizetype point = text.indexOf(u'.');
    for (qsizetype at = (point < 0 ? text.size() : point) - 3; at > first; at -= 3)
        text.insert(at, u',');
    return text;
}

std::vector<Cells> cellsOf(const ScenarioResult &scenario)
{
    const bool held = hasHeld(scenario);
    std::vector<Cells> rows(1);
    rows.front().push_back(u"variant"_s);
    if (held)
        rows.front().push_back(u"held"_s);
    for (const Metric &metric : scenario.metrics)
        rows.front().push_back(metric.title);
    for (const Series &series : scenario.series) {
        Cells row{series.variant};
        if (held)
            row.push_back(series.held ? number(*series.held, 0) : QString());
        for (const Metric &metric : scenario.metrics) {
            const auto value = series.value(metric);
            row.push_back(value ? number(*value, metric.decimals) : u"–"_s);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

QJsonObject toObject(const Series &series, const std::vector<Metric> &metrics)
{
    QJsonObject object{{u"variant"_s, series.variant}, {u"runs"_s, static_cast<int>(series.samples.size())}};
    if (series.held)
        object.insert(u"held"_s, *series.held);
    for (const Metric &metric : metrics) {
        const auto value = series.value(metric);
        object.insert(QString::fromLatin1(metric.key), value ? QJsonValue(*value) : QJsonValue());
    }
    return object;
}

QJsonObject toObject(const ScenarioResult &scenario)
{
    QJsonArray results;
    for (const Series &series : scenario.series)
        results.append(toObject(series, scenario.metrics));
    QJsonArray ratios;
    for (const Ratio &ratio : scenario.ratios)
        ratios.append(QJsonObject{{u"text"_s, ratio.text}, {u"value"_s, ratio.value}});
    return {{u"name"_s, QString::fromLatin1(scenario.name)},
            {u"about"_s, scenario.about},
            {u"results"_s, results},
            {u"ratios"_s, ratios},
            {u"notes"_s, QJsonArray::fromStringList(scenario.notes)}};
}

QJsonObject toObject(const Machine &machine)
{
    return {{u"cpu"_s, machine.cpu},
            {u"cores"_s, machine.cores},
            {u"kernel"_s, machine.kernel},
            {u"qt"_s, machine.qt},
            {u"compiler"_s, machine.compiler},
            {u"build"_s, machine.build},
            {u"load_before"_s, machine.load},
            {u"descriptors"_s, machine.descriptors},
            {u"warnings"_s, QJsonArray::fromStringList(machine.warnings())}};
}

}  // namespace

QByteArray toTable(const ScenarioResult &scenario)
{
    const std::vector<Cells> rows = cellsOf(scenario);
    std::vector<qsizetype> widths(rows.front().size(), 3);
    for (const Cells &row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    QString text;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t i = 0; i < rows[r].size(); ++i) {
            const QString &cell = rows[r][i];
            text +=
                u"| "_s + (i == 0 ? cell.leftJustified(widths[i]) : cell.rightJustified(widths[i])) + u' ';
        }
        text += u"|\n"_s;
        if (r > 0)
            continue;
        for (std::size_t i = 0; i < widths.size(); ++i)
            text += u"|"_s + QString(widths[i] + 1, u'-') + (i == 0 ? u'-' : u':');
        text += u"|\n"_s;
    }
    return text.toUtf8();
}

QByteArray toMarkdown(const BenchReport &report)
{
    QByteArray text = report.at.toUTC().toString(u"yyyy-MM-dd HH:mm"_s).toUtf8() + " UTC, " +
                      report.machine.text().toUtf8() + ".\n";
    for (const QString &warning : report.machine.warnings())
        text += "\n**" + warning.toUtf8() + "**\n";
    for (const QString &what : report.leftOut)
        text += "\nLeft out: " + what.toUtf8() + ".\n";
    for (const ScenarioResult &scenario : report.scenarios) {
        text += "\n**" + scenario.name + "**: " + scenario.about.toUtf8() + "\n\n" + toTable(scenario);
        if (!scenario.ratios.empty() || !scenario.notes.isEmpty())
            text += '\n';
        for (const Ratio &ratio : scenario.ratios)
            text += "* " + ratio.text.toUtf8() + ": " +
                    number(ratio.value, ratio.value < 10 ? 2 : 0).toUtf8() + "\n";
        for (const QString &note : scenario.notes)
            text += "* " + note.toUtf8() + '\n';
    }
    return text;
}

QByteArray toJson(const BenchReport &report)
{
    QJsonArray scenarios;
    for (const ScenarioResult &scenario : report.scenarios)
        scenarios.append(toObject(scenario));
    return QJsonDocument(QJsonObject{{u"bench"_s, 1},
                                     {u"at"_s, report.at.toUTC().toString(Qt::ISODate)},
                                     {u"command"_s, QJsonArray::fromStringList(report.command)},
                                     {u"machine"_s, toObject(report.machine)},
                                     {u"left_out"_s, QJsonArray::fromStringList(report.leftOut)},
                                     {u"scenarios"_s, scenarios}})
        .toJson(QJsonDocument::Indented);
}

}  // namespace holdline::bench
