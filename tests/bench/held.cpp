// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plainhttp.h"
#include "tests/bench/scenarios.h"

#include <array>
#include <thread>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

/// A small number, because each busy account keeps a connection to the upstream, and this scenario measures
/// held requests.
constexpr int kHeldAccounts = 100;
constexpr int kQuickMs = 5;
constexpr int kWindows = 3;
constexpr int kBareRequests = 300;
constexpr int kAtOnce = 50;
constexpr int kShareOfJobs =
    10;  ///< one tenth of the jobs of the scenario "whole" run while requests are held
/// Clients arrive at this rate. If all arrived at once, the kernel's connection queue would be measured.
constexpr int kFillPerSecond = 2'000;
constexpr std::chrono::seconds kFillPatience{20};
/// Above this number of held requests some variants have no free descriptors, so only the default holdline is
/// measured.
constexpr int kManyHeld = 10'000;

void pause(std::chrono::milliseconds time)
{
    std::this_thread::sleep_for(time);
}

/// Waits until `wanted` requests are held, or until their number stops growing. Returns the number.
int waitUntilHeld(const World &world, LoadRun &load, int wanted)
{
    int held = 0;
    auto until = std::chrono::steady_clock::now() + kFillPatience;
    while (std::chrono::steady_clock::now() < until && !load.isOver()) {
        const int now = static_cast<int>(world.metric("holdline_requests_held"));
        if (now > held)
            until = std::chrono::steady_clock::now() + kFillPatience;
        held = now;
        // A queued request counts as held before its start request is sent, so this waits for the start
        // requests too.
        if (held >= wanted && world.metric("holdline_starts_in_flight") <= 0)
            break;
        pause(100ms);
    }
    return held;
}

/// Sends requests that are refused at once (405), one after the other. Returns the CPU time of the HTTP front
/// alone, in microseconds per request.
double bareRequests(const World &world)
{
    PlainHttp connection(world.port());
    connection.get("/start");
    const CpuMarks marks(world);
    for (int i = 0; i < kBareRequests; ++i)
        connection.get("/start");
    return microsecondsEach(marks.holdline(), kBareRequests);
}

void measureOthers(const Options &options, World &world, Sample &sample)
{
    std::vector<double> bare;
    std::vector<double> single;
    const QStringList quick{u"--account"_s, u"quick"_s, u"--accounts"_s, QString::number(kAtOnce)};
    // Opens connections to the upstream again, because these accounts' idle connections may have been closed.
    sample["errors"] += world.run(quick + QStringList{u"--jobs"_s, QString::number(2 * kAtOnce)}).failed;
    for (int window = 0; window < kWindows; ++window) {
        bare.push_back(bareRequests(world));
        const CpuMarks marks(world);
        const LoadReport one = world.run(
            quick + QStringList{u"--jobs"_s, QString::number(options.singles), u"--concurrency"_s, u"1"_s});
        single.push_back(microsecondsEach(marks.holdline(), one.jobs));
        sample["errors"] += one.failed;
    }
    sample["bare_us_per_request"] = median(bare);
    sample["single_us_per_job"] = median(single);

    const CpuMarks marks(world);
    const LoadReport many =
        world.run(quick + QStringList{u"--jobs"_s, QString::number(options.jobs / kShareOfJobs),
                                      u"--concurrency"_s, QString::number(kAtOnce)});
    sample["us_per_job"] = microsecondsEach(marks.holdline(), many.jobs);
    sample["jobs_per_second"] = many.jobsPerSecond;
    sample["p50_over_ms"] = many.p50Seconds * 1000 - kQuickMs;
    sample["p99_over_ms"] = many.p99Seconds * 1000 - kQuickMs;
    sample["errors"] += many.failed;
}

void measureOnce(const Options &options, const Variant &variant, int held, ScenarioResult &result)
{
    World world(options.paths, {u"--duration"_s, u"%1ms"_s.arg(kQuickMs), u"--duration-of"_s, u"held=1h"_s},
                QStringList{u"--deadline"_s, u"1h"_s, u"--max-deadline"_s, u"1h"_s,
                            u"--upstream-connections"_s, u"256"_s, u"--max-connections"_s, u"19000"_s} +
                    variant.arguments);
    world.run({u"--account"_s, u"quick"_s, u"--accounts"_s, QString::number(kHeldAccounts), u"--jobs"_s,
               u"500"_s, u"--concurrency"_s, QString::number(kAtOnce)});
    const qint64 emptyBytes = world.holdline().residentBytes();

    std::unique_ptr<LoadRun> holding;
    if (held > 0) {
        holding = world.start({u"--account"_s, u"held"_s, u"--accounts"_s, QString::number(kHeldAccounts),
                               u"--jobs"_s, QString::number(held), u"--concurrency"_s, QString::number(held),
                               u"--rate"_s, QString::number(kFillPerSecond), u"--timeout"_s, u"1h"_s});
        if (const int there = waitUntilHeld(world, *holding, held); there < held) {
            result.notes +=
                u"%1: of %2 requests only %3 came to be held"_s.arg(variant.name).arg(held).arg(there);
            result.seriesOf(variant.name, held).samples.push_back({{"errors", held - there}});
            return;
        }
    }
    pause(1s);
    Sample sample{{"errors", 0}};
    if (held > 0)
        sample["bytes_per_held"] = static_cast<double>(world.holdline().residentBytes() - emptyBytes) / held;
    const CpuMarks idle(world);
    pause(options.idle);
    sample["idle_percent"] =
        100 * std::chrono::duration<double>(idle.holdline()) / std::chrono::duration<double>(options.idle);
    measureOthers(options, world, sample);
    if (holding) {
        world.endHeldJobs();
        const LoadReport report = holding->finish();
        sample["errors"] += report.failed;
        if (report.failed > 0)
            say(u"  errors: "_s + report.errors);
    }
    result.seriesOf(variant.name, held).samples.push_back(sample);
}

void addRatios(const Options &options, const std::vector<Variant> &variants, ScenarioResult &result)
{
    const std::array<std::pair<QByteArray, QString>, 2> costs{
        {{"single_us_per_job", u"a job on its own"_s}, {"bare_us_per_request", u"a bare request"_s}}};
    for (const auto &[key, what] : costs) {
        for (const Variant &variant : variants) {
            for (const int held : options.held) {
                if (held > 0 && (held >= kManyHeld || held == options.held.back()))
                    result.addRatio(
                        u"%1: CPU of %2 with %3 others held / with none"_s.arg(variant.name, what).arg(held),
                        result.value(variant.name, held, key), result.value(variant.name, 0, key));
            }
        }
        for (const int held : options.held) {
            result.addRatio(u"%1 / %2: CPU of %3 with %4 held"_s.arg(kQtLoop, kAsItIs, what).arg(held),
                            result.value(kQtLoop, held, key), result.value(kAsItIs, held, key));
        }
    }
}

}  // namespace

ScenarioResult measureHeld(const Options &options, const std::vector<Variant> &variants)
{
    ScenarioResult result;
    result.name = "held";
    result.about =
        u"N requests of %1 accounts held by long jobs. Nothing happens for %2 s (idle: share of one core); "
        u"then "
        "others come meanwhile: bare requests refused by the front and jobs of %3 ms, one at a time (CPU of "
        "holdline for each), and %4 jobs, %5 at a time. Errors count the held ones' answers too."_s
            .arg(kHeldAccounts)
            .arg(options.idle.count() / 1000)
            .arg(kQuickMs)
            .arg(options.jobs / kShareOfJobs)
            .arg(kAtOnce);
    result.metrics = {{"idle_percent", u"idle, %"_s, 3},
                      {"bytes_per_held", u"RSS bytes/held"_s, 0},
                      {"bare_us_per_request", u"1 bare request, µs"_s, 1},
                      {"single_us_per_job", u"1 job, µs"_s, 1},
                      {"us_per_job", u"%1 at a time, µs/job"_s.arg(kAtOnce), 1},
                      {"jobs_per_second", u"jobs/s"_s, 0},
                      {"p50_over_ms", u"p50 over the job, ms"_s, 1},
                      {"p99_over_ms", u"p99 over the job, ms"_s, 1},
                      {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    for (const int held : options.held) {
        for (const Variant &variant : variants) {
            if (held > kManyHeld && variant.name != kAsItIs)
                continue;
            say(u"held: %1, %2 held"_s.arg(variant.name).arg(held));
            measureOnce(options, variant, held, result);
        }
    }
    addRatios(options, variants, result);
    return result;
}

}  // namespace holdline::bench
