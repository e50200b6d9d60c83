// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/scenarios.h"

#include <algorithm>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kAtOnce = 1'000;
constexpr int kAccounts = 1'000;
constexpr auto kDurationMs = 50;
constexpr int kTrialJobs = 4'000;
/// With a fixed rate, jobclient opens as many connections as it needs to send each job on time.
constexpr int kMostConnections = 5'000;
constexpr int kMostJobs = 1'000'000;

int jobsFor(double seconds, double jobsPerSecond)
{
    return std::clamp(static_cast<int>(seconds * jobsPerSecond), 100, kMostJobs);
}

void measureOnce(const Options &options, const Variant &variant, Series &series)
{
    const auto load = [](int connections, int jobs) {
        return QStringList{u"--concurrency"_s, QString::number(connections),
                           u"--accounts"_s,    QString::number(kAccounts),
                           u"--jobs"_s,        QString::number(jobs)};
    };
    World world(options.paths, {u"--duration"_s, u"%1ms"_s.arg(kDurationMs)}, variant.arguments);
    // Warms up, and estimates how many jobs can be run in the given time.
    const LoadReport trial = world.run(load(kAtOnce, kTrialJobs));

    const CpuMarks marks(world);
    const LoadReport closed = world.run(load(kAtOnce, jobsFor(options.seconds, trial.jobsPerSecond)));
    const double holdlineCpu = microsecondsEach(marks.holdline(), closed.jobs);

    const double rate = std::max(closed.jobsPerSecond / 2, 1.0);
    const LoadReport open = world.run(load(kMostConnections, jobsFor(options.seconds, rate)) +
                                      QStringList{u"--rate"_s, QString::number(rate, 'f', 1)});
    series.samples.push_back({{"jobs_per_second", closed.jobsPerSecond},
                              {"holdline_us_per_job", holdlineCpu},
                              {"half_rate", rate},
                              {"half_p50_over_ms", open.p50Seconds * 1000 - kDurationMs},
                              {"half_p99_over_ms", open.p99Seconds * 1000 - kDurationMs},
                              {"errors", trial.failed + closed.failed + open.failed}});
    for (const LoadReport &report : {trial, closed, open}) {
        if (report.failed > 0)
            say(u"  errors: "_s + report.errors);
    }
}

}  // namespace

ScenarioResult measureThroughput(const Options &options, const std::vector<Variant> &variants)
{
    ScenarioResult result;
    result.name = "throughput";
    result.about =
        u"%1 connections over %2 accounts, jobs of %3 ms, jobserver, holdline and jobclient sharing the "
        u"cores: "
        "a closed loop for about %4 s, then an open loop at half its rate, latency counted from the moment a "
        "request was due (runs: %5)."_s.arg(kAtOnce)
            .arg(kAccounts)
            .arg(kDurationMs)
            .arg(options.seconds)
            .arg(options.runs);
    result.metrics = {{"jobs_per_second", u"jobs/s"_s, 0},
                      {"holdline_us_per_job", u"holdline µs/job"_s, 1},
                      {"half_rate", u"open loop, jobs/s"_s, 0},
                      {"half_p50_over_ms", u"p50 over the job, ms"_s, 1},
                      {"half_p99_over_ms", u"p99 over the job, ms"_s, 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    for (int run = 1; run <= options.runs; ++run) {
        for (const Variant &variant : variants) {
            say(u"throughput: %1, run %2"_s.arg(variant.name).arg(run));
            measureOnce(options, variant, result.seriesOf(variant.name));
        }
    }
    return result;
}

}  // namespace holdline::bench
