// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/observer.h"
#include "tests/bench/scenarios.h"

#include <QTemporaryDir>

#include <array>
#include <optional>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kAtOnce = 500;
constexpr int kAccounts = 1'000;
constexpr auto kDurationMs = 50;

struct Watch
{
    QString name;
    std::optional<Observer::Habit> habit;
};

const std::array<Watch, 3> kWatches{{{u"nobody watches"_s, std::nullopt},
                                     {u"one that reads"_s, Observer::Habit::Reads},
                                     {u"one that does not read"_s, Observer::Habit::NeverReads}}};

/// Runs all variants one after the other in one process of holdline, so that nothing else differs. Each run
/// begins with another variant.
void measureOnce(const Options &options, int run, ScenarioResult &result)
{
    const QStringList load{u"--concurrency"_s, QString::number(kAtOnce), u"--accounts"_s,
                           QString::number(kAccounts)};
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"s"_s);
    World world(options.paths, {u"--duration"_s, u"%1ms"_s.arg(kDurationMs)}, {u"--monitor-socket"_s, path});
    world.run(load + QStringList{u"--jobs"_s, QString::number(std::min(2 * kAccounts, options.jobs))});

    for (std::size_t i = 0; i < kWatches.size(); ++i) {
        const Watch &watch = kWatches[(i + static_cast<std::size_t>(run)) % kWatches.size()];
        say(u"monitor: %1, run %2"_s.arg(watch.name).arg(run));
        std::optional<Observer> observer;
        if (watch.habit)
            observer.emplace(path, *watch.habit);
        const CpuMarks marks(world);
        const LoadReport report = world.run(load + QStringList{u"--jobs"_s, QString::number(options.jobs)});
        Sample sample{{"holdline_us_per_job", microsecondsEach(marks.holdline(), report.jobs)},
                      {"jobs_per_second", report.jobsPerSecond},
                      {"p50_over_ms", report.p50Seconds * 1000 - kDurationMs},
                      {"p99_over_ms", report.p99Seconds * 1000 - kDurationMs},
                      {"rss_mib", static_cast<double>(world.holdline().residentBytes()) / (1024 * 1024)},
                      {"errors", report.failed}};
        if (watch.habit == Observer::Habit::Reads)
            sample["bytes_per_job"] = static_cast<double>(observer->bytesRead()) / report.jobs;
        result.seriesOf(watch.name).samples.push_back(std::move(sample));
        if (report.failed > 0)
            say(u"  errors: "_s + report.errors);
    }
}

}  // namespace

ScenarioResult measureMonitor(const Options &options)
{
    ScenarioResult result;
    result.name = "monitor";
    result.about =
        u"%1 jobs at a time over %2 accounts, each of %3 ms, %4 in each run (runs: %5), while nobody watches "
        "over the local socket, while one does, and while one is connected that does not read."_s.arg(kAtOnce)
            .arg(kAccounts)
            .arg(kDurationMs)
            .arg(options.jobs)
            .arg(options.runs);
    result.metrics = {
        {"holdline_us_per_job", u"holdline µs/job"_s, 1}, {"jobs_per_second", u"jobs/s"_s, 0},
        {"p50_over_ms", u"p50 over the job, ms"_s, 1},    {"p99_over_ms", u"p99 over the job, ms"_s, 1},
        {"bytes_per_job", u"bytes told/job"_s, 0},        {"rss_mib", u"RSS, MiB"_s, 1},
        {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    for (const Watch &watch : kWatches)
        result.seriesOf(watch.name);
    for (int run = 1; run <= options.runs; ++run)
        measureOnce(options, run, result);
    const QString nobody = kWatches.front().name;
    for (std::size_t i = 1; i < kWatches.size(); ++i)
        result.addRatio(u"CPU per job, %1 / %2"_s.arg(kWatches[i].name, nobody),
                        result.value(kWatches[i].name, std::nullopt, "holdline_us_per_job"),
                        result.value(nobody, std::nullopt, "holdline_us_per_job"));
    return result;
}

}  // namespace holdline::bench
