// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/scenarios.h"

#include <algorithm>
#include <cstdio>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kAtOnce = 500;
constexpr int kAccounts = 1'000;
constexpr auto kDurationMs = 50;

void measureOnce(const Options &options, const Variant &variant, Series &series)
{
    const QStringList load{u"--concurrency"_s, QString::number(kAtOnce), u"--accounts"_s,
                           QString::number(kAccounts)};
    World world(options.paths, {u"--duration"_s, u"%1ms"_s.arg(kDurationMs)}, variant.arguments);
    // Runs jobs of every account, so that each account has an open connection to the upstream.
    world.run(load + QStringList{u"--jobs"_s, QString::number(std::min(2 * kAccounts, options.jobs))});

    const CpuMarks marks(world);
    const LoadReport report = world.run(load + QStringList{u"--jobs"_s, QString::number(options.jobs)});
    series.samples.push_back({{"holdline_us_per_job", microsecondsEach(marks.holdline(), report.jobs)},
                              {"jobserver_us_per_job", microsecondsEach(marks.jobserver(), report.jobs)},
                              {"jobclient_us_per_job", microsecondsEach(report.cpu, report.jobs)},
                              {"jobs_per_second", report.jobsPerSecond},
                              {"p50_over_ms", report.p50Seconds * 1000 - kDurationMs},
                              {"p99_over_ms", report.p99Seconds * 1000 - kDurationMs},
                              {"errors", report.failed}});
    if (report.failed > 0)
        say(u"  errors: "_s + report.errors);
}

}  // namespace

void say(const QString &text)
{
    std::fprintf(stderr, "%s\n", qPrintable(text));
}

ScenarioResult measureWhole(const Options &options, const std::vector<Variant> &variants)
{
    ScenarioResult result;
    result.name = "whole";
    result.about =
        u"%1 jobs at a time over %2 accounts, each of %3 ms, %4 in each run after a warm-up (runs: %5). "
        "CPU (user and system, all threads) of each program per job."_s.arg(kAtOnce)
            .arg(kAccounts)
            .arg(kDurationMs)
            .arg(options.jobs)
            .arg(options.runs);
    result.metrics = {{"holdline_us_per_job", u"holdline µs/job"_s, 1},
                      {"jobserver_us_per_job", u"jobserver µs/job"_s, 1},
                      {"jobclient_us_per_job", u"jobclient µs/job"_s, 1},
                      {"jobs_per_second", u"jobs/s"_s, 0},
                      {"p50_over_ms", u"p50 over the job, ms"_s, 1},
                      {"p99_over_ms", u"p99 over the job, ms"_s, 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    for (int run = 1; run <= options.runs; ++run) {
        for (const Variant &variant : variants) {
            say(u"whole: %1, run %2"_s.arg(variant.name).arg(run));
            measureOnce(options, variant, result.seriesOf(variant.name));
        }
    }
    for (const Variant &variant : variants) {
        result.addRatio(u"CPU per job, %1 / %2"_s.arg(variant.name, variants.front().name),
                        variant.name == variants.front().name
                            ? std::nullopt
                            : result.value(variant.name, std::nullopt, "holdline_us_per_job"),
                        result.value(variants.front().name, std::nullopt, "holdline_us_per_job"));
    }
    return result;
}

}  // namespace holdline::bench
