// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plainhttp.h"
#include "tests/bench/scenarios.h"
#include "tests/bench/storefolder.h"

#include <random>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kAccounts = 1'000;
constexpr int kFound = 1'000;
constexpr int kBesideRate = 200;
constexpr char kPrefix[] = "stored";

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

QStringList keyedLoad(int jobs, int concurrency)
{
    return {
        u"--jobs"_s,     QString::number(jobs),      u"--concurrency"_s,        QString::number(concurrency),
        u"--accounts"_s, QString::number(kAccounts), u"--idempotency-prefix"_s, QString::fromLatin1(kPrefix)};
}

/// Returns the median time of a look-up by key, over random stored results, in milliseconds.
double findTime(const World &world, int stored)
{
    PlainHttp connection(world.port());
    std::mt19937 random(1);
    std::vector<double> times;
    for (int i = 0; i < kFound; ++i) {
        const QByteArray key = kPrefix + ("-" + QByteArray::number(random() % static_cast<unsigned>(stored)));
        const auto begun = std::chrono::steady_clock::now();
        const QByteArray answer = connection.get("/v1/jobs?idempotency_key=" + key);
        times.push_back(milliseconds(std::chrono::steady_clock::now() - begun));
        if (!answer.contains(key))
            giveUp(u"a stored job was not found: %1"_s.arg(QString::fromUtf8(answer.left(200))));
    }
    return median(std::move(times));
}

/// Runs plain jobs that take no time upstream, at a fixed rate for `seconds`.
LoadReport besides(World &world, double seconds)
{
    return world.run({u"--rate"_s, QString::number(kBesideRate), u"--jobs"_s,
                      QString::number(static_cast<int>(seconds * kBesideRate)), u"--concurrency"_s, u"50"_s,
                      u"--accounts"_s, u"50"_s});
}

void measureOnce(const Options &options, int run, ScenarioResult &result)
{
    const StoreFolder folder(options);
    const QStringList keeping{u"--store"_s, folder.file(), u"--store-jobs"_s,
                              QString::number(2 * options.stored)};
    World world(options.paths, {u"--duration"_s, u"0ms"_s}, keeping);
    say(u"restart: %1 jobs, run %2"_s.arg(options.stored).arg(run));
    const LoadReport filling = world.run(keyedLoad(options.stored, 500));

    Sample sample;
    sample["ready_ms"] = milliseconds(world.restart(keeping));
    sample["rss_mib"] = static_cast<double>(world.holdline().residentBytes()) / (1024 * 1024);
    sample["find_p50_ms"] = findTime(world, options.stored);
    const LoadReport replayed = world.run(keyedLoad(std::min(kFound, options.stored), 1));
    sample["replay_p50_ms"] = replayed.p50Seconds * 1000;
    const LoadReport before = besides(world, options.seconds);
    sample["longest_ms"] = before.maxSeconds * 1000;

    // All results have expired, so the store deletes them now.
    say(u"restart: expiry, run %1"_s.arg(run));
    world.restart(keeping + QStringList{u"--store-keep-for"_s, u"1s"_s});
    const LoadReport meanwhile = besides(world, 2 * options.seconds);
    sample["longest_expiring_ms"] = meanwhile.maxSeconds * 1000;
    sample["errors"] = filling.failed + replayed.failed + before.failed + meanwhile.failed;
    for (const LoadReport &report : {filling, replayed, before, meanwhile}) {
        if (report.failed > 0)
            say(u"  errors: "_s + report.errors);
    }
    result.seriesOf(u"holdline"_s).samples.push_back(std::move(sample));
    if (const QString warning = folder.warning(); !warning.isEmpty() && !result.notes.contains(warning))
        result.notes += warning;
}

}  // namespace

ScenarioResult measureRestart(const Options &options)
{
    ScenarioResult result;
    result.name = "restart";
    result.about =
        u"%1 results of jobs with keys are stored, then holdline is killed and started again (runs: %2): the "
        u"time until "
        "it listens, the median of %3 look-ups by key over HTTP and of as many replays, one at a time, and "
        "the longest "
        "of %4 plain jobs a second when nothing else happens and while all the results are thrown away."_s
            .arg(options.stored)
            .arg(options.runs)
            .arg(std::min(kFound, options.stored))
            .arg(kBesideRate);
    result.metrics = {{"ready_ms", u"ready, ms"_s, 0},
                      {"rss_mib", u"RSS, MiB"_s, 1},
                      {"find_p50_ms", u"look-up, ms"_s, 2},
                      {"replay_p50_ms", u"replay, ms"_s, 2},
                      {"longest_ms", u"longest job, ms"_s, 1},
                      {"longest_expiring_ms", u"longest while they go, ms"_s, 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    for (int run = 1; run <= options.runs; ++run)
        measureOnce(options, run, result);
    return result;
}

}  // namespace holdline::bench
