// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "tests/bench/benchoptions.h"
#include "tests/bench/benchreport.h"
#include "tests/bench/postrole.h"
#include "tests/bench/scenarios.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdio>

using namespace holdline;
using namespace holdline::bench;
using namespace Qt::StringLiterals;

namespace {

bool wants(const Options &options, const QString &scenario)
{
    return options.only.isEmpty() || options.only.contains(scenario);
}

void measure(const Options &options, BenchReport &report)
{
    const Variants variants = findVariants(options);
    report.leftOut = variants.leftOut;
    if (wants(options, u"whole"_s))
        report.scenarios.push_back(measureWhole(options, variants.compared));
    if (wants(options, u"throughput"_s))
        report.scenarios.push_back(measureThroughput(options, variants.compared));
    if (wants(options, u"held"_s))
        report.scenarios.push_back(measureHeld(options, variants.compared));
    if (wants(options, u"start"_s))
        report.scenarios.push_back(measureStart(options));
    if (wants(options, u"monitor"_s) && variants.knowsMonitor)
        report.scenarios.push_back(measureMonitor(options));
    if (wants(options, u"keyed"_s) && variants.knowsStore)
        report.scenarios.push_back(measureKeyed(options));
    if (wants(options, u"restart"_s) && variants.knowsStore)
        report.scenarios.push_back(measureRestart(options));
    if (wants(options, u"shards"_s) && !variants.threads.empty()) {
        for (auto measureOne : {measureWhole, measureThroughput}) {
            report.scenarios.push_back(measureOne(options, variants.threads));
            report.scenarios.back().name.prepend("shards, ");
        }
    }
}

void write(const QString &name, const QByteArray &text)
{
    if (name.isEmpty())
        return;
    QFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.flush())
        giveUp(u"%1: %2"_s.arg(name, file.errorString()));
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    if (const auto exitCode = playRole(argc, argv))
        return *exitCode;
    const QCoreApplication application(argc, argv);
    const auto parsed = parseOptions(QCoreApplication::arguments());
    if (const auto *exit = std::get_if<Exit>(&parsed))
        return finish(u"bench"_s, *exit);
    const auto &options = std::get<Options>(parsed);

    BenchReport report;
    report.machine = Machine::thisOne();
    report.command = QCoreApplication::arguments().mid(1);
    report.at = QDateTime::currentDateTimeUtc();
    say(report.machine.text());
    for (const QString &warning : report.machine.warnings())
        say(u"Warning: "_s + warning);
    measure(options, report);

    const QByteArray text = toMarkdown(report);
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout);
    write(options.markdown, text);
    write(options.json, toJson(report));
    return 0;
}
