// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/scenarios.h"
#include "tests/bench/storefolder.h"

#include <array>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kRate = 1'000;
constexpr int kAtOnce = 500;
constexpr int kAccounts = 1'000;
constexpr auto kDurationMs = 50;

struct Kind
{
    QString name;
    QStringList arguments;  ///< arguments of jobclient
};

const std::array<Kind, 2> kKinds{{{u"without a key"_s, {}}, {u"with a key"_s, {u"--idempotency-keys"_s}}}};

/// Runs both variants one after the other in one process of holdline, so that nothing else differs. The
/// variant that runs first alternates.
void measureOnce(const Options &options, int run, ScenarioResult &result)
{
    const int jobs = static_cast<int>(2 * options.seconds * kRate);
    const QStringList load{u"--concurrency"_s, QString::number(kAtOnce),
                           u"--accounts"_s,    QString::number(kAccounts),
                           u"--rate"_s,        QString::number(kRate)};
    const StoreFolder folder(options);
    World world(options.paths, {u"--duration"_s, u"%1ms"_s.arg(kDurationMs)}, {u"--store"_s, folder.file()});
    for (const Kind &kind : kKinds)
        world.run(load + kind.arguments + QStringList{u"--jobs"_s, QString::number(kRate)});

    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        const Kind &kind = kKinds[(i + static_cast<std::size_t>(run)) % kKinds.size()];
        say(u"keyed: %1, run %2"_s.arg(kind.name).arg(run));
        const CpuMarks marks(world);
        const LoadReport report =
            world.run(load + kind.arguments + QStringList{u"--jobs"_s, QString::number(jobs)});
        result.seriesOf(kind.name).samples.push_back(
            {{"holdline_us_per_job", microsecondsEach(marks.holdline(), report.jobs)},
             {"jobs_per_second", report.jobsPerSecond},
             {"p50_over_ms", report.p50Seconds * 1000 - kDurationMs},
             {"p99_over_ms", report.p99Seconds * 1000 - kDurationMs},
             {"rss_mib", static_cast<double>(world.holdline().residentBytes()) / (1024 * 1024)},
             {"errors", report.failed}});
        if (report.failed > 0)
            say(u"  errors: "_s + report.errors);
    }
    if (const QString warning = folder.warning(); !warning.isEmpty() && !result.notes.contains(warning))
        result.notes += warning;
}

}  // namespace

ScenarioResult measureKeyed(const Options &options)
{
    ScenarioResult result;
    result.name = "keyed";
    result.about =
        u"%1 jobs a second over %2 accounts, each of %3 ms, for %4 s in each run (runs: %5), latency counted "
        u"from the "
        "moment a request was due; with an Idempotency-Key each job is durable on the disk before it is "
        "started, and "
        "its result before it is told."_s.arg(kRate)
            .arg(kAccounts)
            .arg(kDurationMs)
            .arg(2 * options.seconds)
            .arg(options.runs);
    result.metrics = {{"holdline_us_per_job", u"holdline µs/job"_s, 1},
                      {"jobs_per_second", u"jobs/s"_s, 0},
                      {"p50_over_ms", u"p50 over the job, ms"_s, 1},
                      {"p99_over_ms", u"p99 over the job, ms"_s, 1},
                      {"rss_mib", u"RSS, MiB"_s, 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    const QString &without = kKinds[0].name;
    const QString &with = kKinds[1].name;
    for (const Kind &kind : kKinds)
        result.seriesOf(kind.name);
    for (int run = 1; run <= options.runs; ++run)
        measureOnce(options, run, result);
    const auto value = [&result](const QString &name, const char *key) {
        return result.value(name, std::nullopt, key);
    };
    result.addRatio(u"CPU per job, with a key / without"_s, value(with, "holdline_us_per_job"),
                    value(without, "holdline_us_per_job"));
    const auto late = value(with, "p99_over_ms");
    const auto early = value(without, "p99_over_ms");
    if (late && early)
        result.notes += u"p99 that the key adds: %1 ms"_s.arg(*late - *early, 0, 'f', 1);
    return result;
}

}  // namespace holdline::bench
