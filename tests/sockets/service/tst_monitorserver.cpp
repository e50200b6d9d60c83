// SPDX-License-Identifier: GPL-3.0-or-later
// Observers of the whole service while its upstream fails in every way.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/watcher.h"
#include "tests/support/wholeservice.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <memory>
#include <numeric>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 60'000;

JobServerOptions faultyJobs()
{
    JobServerOptions options = WholeService::quickJobs();
    for (const Fault fault :
         {Fault::Start503, Fault::Reset, Fault::Duplicate, Fault::Early, Fault::WrongId, Fault::Failed})
        options.faults[fault] = 5;
    return options;
}

JobServerOptions longJobs(std::chrono::milliseconds duration = 1h)
{
    JobServerOptions options = WholeService::quickJobs();
    options.duration = duration;
    return options;
}

/// The whole service with a monitor socket.
class WatchedService
{
public:
    explicit WatchedService(const JobServerOptions &jobs, Config config = WholeService::quietConfig())
        : world(jobs, withSocket(std::move(config)))
    {
    }

    std::unique_ptr<Watcher> watch() const
    {
        return std::make_unique<Watcher>(world.service().monitorSocket());
    }
    LoadOptions load(int jobs, int accounts) const
    {
        LoadOptions options;
        options.url = world.startUrl();
        options.jobs = jobs;
        options.accounts = accounts;
        options.timeout = 100s;
        return options;
    }

private:
    Config withSocket(Config config) const
    {
        config.server.monitorSocket = m_folder.filePath(QStringLiteral("s"));
        config.circuit.failures = 0;
        return config;
    }

    QTemporaryDir m_folder;

public:
    mutable WholeService world;
};

std::uint64_t total(const Sample &sample)
{
    return std::accumulate(sample.requests.begin(), sample.requests.end(), std::uint64_t{0});
}

std::uint64_t count(const Sample &sample, Reason reason)
{
    return sample.requests[static_cast<std::size_t>(reason)];
}

/// Returns true when all jobs have ended and the last sample shows it.
bool isQuiet(const Watcher &watcher, std::uint64_t jobs)
{
    const auto &state = watcher.state;
    return state.complete && state.live.empty() && state.lanes.empty() && state.sample &&
           state.sample->held == 0 && total(*state.sample) == jobs;
}

}  // namespace

class TestMonitorServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void attachBeforeDuringAndAfter();
    void idleIsASampleASecond();
    void twoSeeTheSame();
    void samplesAddUp();
    void holdsAThousand();
    void oneThatDoesNotRead();
    void nobodyReads();
    void cancels();
    void cancelsWhatItWasNotToldYet();
    void pausesAndResumes();
    void drains();
    void refusesTheSeventeenth();
    void comesAndGoes();
    void tellsNewFacts();
};

void TestMonitorServer::attachBeforeDuringAndAfter()
{
    constexpr int kJobs = 400;
    WatchedService service(faultyJobs());
    const auto before = service.watch();
    QTRY_VERIFY(before->state.complete);
    QCOMPARE(before->hello->protocol, kProtocolVersion);
    QCOMPARE(before->state.service->threads,
             std::max(qEnvironmentVariableIntValue("HOLDLINE_TEST_THREADS"), 1));

    LoadGenerator load(service.load(kJobs, 20));
    QSignalSpy finished(&load, &LoadGenerator::finished);
    load.start();
    QTRY_VERIFY_WITH_TIMEOUT(!before->state.ended.empty(), kPatienceMs);
    const auto during = service.watch();
    QTRY_VERIFY(during->state.complete);
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatienceMs);
    const auto after = service.watch();

    for (const Watcher *watcher : {before.get(), during.get(), after.get()}) {
        QTRY_VERIFY_WITH_TIMEOUT(isQuiet(*watcher, kJobs), kPatienceMs);
        QVERIFY2(watcher->problem().isEmpty(), qPrintable(watcher->problem()));
        QCOMPARE(watcher->state.snapshots, 1);
        QCOMPARE(watcher->state.ended.size(), static_cast<std::size_t>(kJobs));
        QVERIFY(watcher->longestLine <= kMaxFrameBytes);
        for (const JobRow &row : watcher->state.ended)
            QVERIFY(row.outcome && row.status > 0 && row.total);
    }
    // The first observer saw each job as it ended. The last observer got the same jobs.
    QCOMPARE(before->state.endedIds, after->state.endedIds);
    QCOMPARE(before->state.endedIds, during->state.endedIds);
}

void TestMonitorServer::idleIsASampleASecond()
{
    WatchedService service(WholeService::quickJobs());
    const auto watcher = service.watch();
    QTRY_VERIFY(watcher->state.complete);
    QCOMPARE(watcher->state.sample->span, Microseconds(0));
    QTRY_COMPARE(watcher->state.samples, 4);
    // The first sample came with the snapshot.
    QCOMPARE(watcher->state.seq, 4u);
    QVERIFY(watcher->state.sample->span > Microseconds(0));
    QVERIFY(watcher->state.sample->rssBytes > 0);
    QVERIFY(watcher->state.sample->cpu > Microseconds(0));
    QCOMPARE(watcher->state.sample->observers, 1);
}

void TestMonitorServer::twoSeeTheSame()
{
    constexpr int kJobs = 300;
    WatchedService service(longJobs(500ms));
    const auto first = service.watch();
    LoadGenerator load(service.load(kJobs, 30));
    load.start();
    QTRY_COMPARE_WITH_TIMEOUT(first->state.live.size(), static_cast<std::size_t>(kJobs), kPatienceMs);
    const auto second = service.watch();
    QTRY_VERIFY_WITH_TIMEOUT(isQuiet(*first, kJobs) && isQuiet(*second, kJobs), kPatienceMs);
    for (const Watcher *watcher : {first.get(), second.get()})
        QVERIFY2(watcher->problem().isEmpty(), qPrintable(watcher->problem()));
    const auto byId = [](const WatchedState &state) {
        std::map<QByteArray, JobRow> rows;
        for (const JobRow &row : state.ended)
            rows.emplace(row.id, row);
        return rows;
    };
    QVERIFY(byId(first->state) == byId(second->state));
    QCOMPARE(first->state.callbacks.size() + first->state.callbacksOmitted, static_cast<std::size_t>(kJobs));
    QCOMPARE(first->state.sample->observers, 2);
}

void TestMonitorServer::samplesAddUp()
{
    constexpr int kJobs = 200;
    WatchedService service(WholeService::quickJobs());
    const auto watcher = service.watch();
    QTRY_VERIFY(watcher->state.complete);
    std::uint64_t measured = 0;
    int samples = watcher->state.samples;
    const auto addUp = [&] {
        if (watcher->state.samples > samples) {
            samples = watcher->state.samples;
            measured += watcher->state.sample->phases[static_cast<std::size_t>(Phase::Total)].count();
        }
        return measured == kJobs;
    };
    LoadGenerator load(service.load(kJobs, 20));
    load.start();
    QTRY_VERIFY_WITH_TIMEOUT(addUp(), kPatienceMs);
    const Sample &sample = *watcher->state.sample;
    QCOMPARE(count(sample, Reason::Completed), static_cast<std::uint64_t>(kJobs));
    QCOMPARE(sample.callbacks[static_cast<std::size_t>(CallbackOutcome::Matched)],
             static_cast<std::uint64_t>(kJobs));
    QCOMPARE(sample.starts[static_cast<std::size_t>(StartFate::Accepted)], static_cast<std::uint64_t>(kJobs));
    QVERIFY(sample.heldPeak > 0 && sample.heldPeak <= kJobs);
}

void TestMonitorServer::holdsAThousand()
{
    constexpr int kJobs = 1000;
    WatchedService service(longJobs());
    LoadGenerator load(service.load(kJobs, 100));
    load.start();
    QTRY_COMPARE_WITH_TIMEOUT(service.world.heldCount(), kJobs, kPatienceMs);
    const auto watcher = service.watch();
    QTRY_VERIFY(watcher->state.complete);
    const auto allRun = [&] {
        return watcher->state.live.size() == kJobs &&
               std::all_of(watcher->state.live.begin(), watcher->state.live.end(),
                           [](const auto &entry) { return entry.second.state == RowState::Running; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(allRun(), kPatienceMs);
    QVERIFY2(watcher->problem().isEmpty(), qPrintable(watcher->problem()));
}

void TestMonitorServer::oneThatDoesNotRead()
{
    constexpr int kJobs = 6000;
    WatchedService service(WholeService::quickJobs());
    const auto reader = service.watch();
    const auto sleeper = service.watch();
    QTRY_VERIFY(reader->state.complete && sleeper->state.complete);
    sleeper->stopReading();
    LoadOptions options = service.load(kJobs, 500);
    options.concurrency = 500;
    LoadGenerator load(options);
    QSignalSpy finished(&load, &LoadGenerator::finished);
    load.start();
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 2 * kPatienceMs);
    QCOMPARE(load.report().succeeded, kJobs);
    QTRY_VERIFY_WITH_TIMEOUT(isQuiet(*reader, kJobs), kPatienceMs);
    QVERIFY(!isQuiet(*sleeper, kJobs));

    sleeper->readOn();
    QTRY_VERIFY_WITH_TIMEOUT(isQuiet(*sleeper, kJobs), kPatienceMs);
    QVERIFY2(sleeper->problem().isEmpty(), qPrintable(sleeper->problem()));
    QVERIFY2(reader->problem().isEmpty(), qPrintable(reader->problem()));
    QCOMPARE(sleeper->state.snapshots, 2);
    QCOMPARE(sleeper->state.reason, SnapshotReason::Lagged);
    // Both observers have the latest ended jobs. The reader shares its thread with the service, so it may
    // have lagged for a moment too.
    QVERIFY(std::includes(reader->state.endedIds.begin(), reader->state.endedIds.end(),
                          sleeper->state.endedIds.begin(), sleeper->state.endedIds.end()));
}

/// Without an observer that reads, the shards gather no updates. Commands still work.
void TestMonitorServer::nobodyReads()
{
    constexpr int kJobs = 6000;
    WatchedService service(WholeService::quickJobs());
    const Service &inside = service.world.service();
    QVERIFY(!inside.isWatched());
    const auto sleeper = service.watch();
    QTRY_VERIFY(sleeper->state.complete);
    QVERIFY(inside.isWatched());
    sleeper->stopReading();
    LoadOptions options = service.load(kJobs, 500);
    options.concurrency = 500;
    LoadGenerator load(options);
    QSignalSpy finished(&load, &LoadGenerator::finished);
    load.start();
    QTRY_VERIFY_WITH_TIMEOUT(!inside.isWatched(), kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 2 * kPatienceMs);
    QVERIFY(!inside.isWatched());
    sleeper->send(Command{"1", Command::Verb::Cancel, "nobody"});
    sleeper->send(Command{"2", Command::Verb::PauseLane, "a"});

    sleeper->readOn();
    QTRY_VERIFY_WITH_TIMEOUT(sleeper->replyTo("1") && sleeper->replyTo("2"), kPatienceMs);
    QVERIFY(!sleeper->replyTo("1")->ok);
    QVERIFY(sleeper->replyTo("2")->ok);
    const auto isRight = [&] {
        const auto &state = sleeper->state;
        return state.complete && state.live.empty() && state.sample && total(*state.sample) == kJobs &&
               state.lanes.size() == 1 && state.lanes.begin()->second.paused;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isRight(), kPatienceMs);
    QVERIFY(inside.isWatched());
    QCOMPARE(sleeper->state.snapshots, 2);
    QCOMPARE(sleeper->state.reason, SnapshotReason::Lagged);
    QVERIFY2(sleeper->problem().isEmpty(), qPrintable(sleeper->problem()));
}

void TestMonitorServer::cancels()
{
    WatchedService service(longJobs());
    const auto watcher = service.watch();
    RawHttpClient client(service.world.port());
    client.send(startRequest("a"));
    QTRY_COMPARE(watcher->state.live.size(), 1u);
    const QByteArray id = watcher->state.live.begin()->first;
    watcher->send(Command{"1", Command::Verb::Cancel, id});
    QTRY_COMPARE(client.answerCount(), 1);
    QCOMPARE(client.status(), 503);
    QVERIFY(client.answers().front().body.contains("\"cancelled\""));
    QTRY_VERIFY(watcher->replyTo("1"));
    QVERIFY(watcher->replyTo("1")->ok);
    QTRY_COMPARE(watcher->state.ended.size(), 1u);
    QCOMPARE(watcher->state.ended.front().outcome, Reason::Cancelled);

    watcher->send(Command{"2", Command::Verb::Cancel, id});
    QTRY_VERIFY(watcher->replyTo("2"));
    QVERIFY(!watcher->replyTo("2")->ok);
    QVERIFY(!watcher->replyTo("2")->text.isEmpty());
}

/// The observer got the job's id elsewhere, before the service has sent it the job.
void TestMonitorServer::cancelsWhatItWasNotToldYet()
{
    WatchedService service(longJobs());
    const auto first = service.watch();
    RawHttpClient client(service.world.port());
    client.send(startRequest("a"));
    QTRY_COMPARE(first->state.live.size(), 1u);
    const QByteArray id = first->state.live.begin()->first;
    first->close();
    const auto second = service.watch();
    second->send(Command{"1", Command::Verb::Cancel, id});
    second->send(Command{"2", Command::Verb::Cancel, "nobody"});
    QTRY_VERIFY(second->replyTo("1") && second->replyTo("2"));
    QVERIFY(second->replyTo("1")->ok);
    QVERIFY(!second->replyTo("2")->ok);
    QTRY_COMPARE(client.answerCount(), 1);
}

void TestMonitorServer::pausesAndResumes()
{
    constexpr int kJobs = 20;
    WatchedService service(WholeService::quickJobs());
    const auto watcher = service.watch();
    watcher->send(Command{"1", Command::Verb::PauseLane, "example"});
    QTRY_VERIFY(watcher->replyTo("1"));
    QVERIFY(watcher->replyTo("1")->ok);
    LoadGenerator load(service.load(kJobs, 1));
    QSignalSpy finished(&load, &LoadGenerator::finished);
    load.start();
    const auto allWait = [&] {
        const auto lane = watcher->state.lanes.find("example");
        return watcher->state.live.size() == kJobs && lane != watcher->state.lanes.end() &&
               lane->second.paused && lane->second.queued == kJobs && lane->second.inFlight == 0 &&
               !lane->second.forecast;
    };
    QTRY_VERIFY_WITH_TIMEOUT(allWait(), kPatienceMs);
    QCOMPARE(service.world.jobServer().stats().accounts["example"], 0u);
    for (const auto &[id, row] : watcher->state.live)
        QCOMPARE(row.state, RowState::Queued);

    watcher->send(Command{"2", Command::Verb::ResumeLane, "example"});
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatienceMs);
    QCOMPARE(load.report().succeeded, kJobs);
    QVERIFY(watcher->replyTo("2")->ok);
    watcher->send(Command{"3", Command::Verb::ResumeLane, "example"});
    watcher->send(Command{"4", Command::Verb::PauseLane, QByteArray(1000, 'x')});
    QTRY_VERIFY(watcher->replyTo("3") && watcher->replyTo("4"));
    QVERIFY(!watcher->replyTo("3")->ok);
    QVERIFY(!watcher->replyTo("4")->ok);
    QTRY_VERIFY(watcher->state.lanes.empty());
}

void TestMonitorServer::drains()
{
    WatchedService service(longJobs(500ms));
    const auto watcher = service.watch();
    RawHttpClient client(service.world.port());
    client.send(startRequest("a"));
    QTRY_COMPARE(watcher->state.live.size(), 1u);
    QSignalSpy finished(&service.world.service(), &Service::finished);
    watcher->send(Command{"1", Command::Verb::Drain, {}});
    QTRY_VERIFY(watcher->replyTo("1"));
    QVERIFY(watcher->replyTo("1")->ok);
    QCOMPARE(ask(service.world.adminPort(), RawHttpClient::get("/readyz")).status, 503);
    QTRY_COMPARE(client.status(), 200);
    QTRY_VERIFY(finished.count() > 0);
}

void TestMonitorServer::refusesTheSeventeenth()
{
    constexpr int kMost = 16;
    WatchedService service(WholeService::quickJobs());
    std::vector<std::unique_ptr<Watcher>> watchers;
    for (int i = 0; i < kMost; ++i)
        watchers.push_back(service.watch());
    for (const auto &watcher : watchers)
        QTRY_VERIFY(watcher->state.complete);
    const auto refused = service.watch();
    QTRY_VERIFY(!refused->isConnected());
    QVERIFY(refused->hello);
    QCOMPARE(refused->replies.size(), 1u);
    QVERIFY(refused->replies.front().text.contains(QString::number(kMost)));
    QCOMPARE(refused->state.seq, 0u);

    watchers.pop_back();
    const auto attached = [&] {
        const auto next = service.watch();
        return QTest::qWaitFor([&] { return next->state.complete || !next->replies.empty(); }) &&
               next->state.complete;
    };
    QTRY_VERIFY(attached());
}

/// After the last observer has left, the shards stop gathering updates. They start again for the next
/// observer.
void TestMonitorServer::comesAndGoes()
{
    WatchedService service(WholeService::quickJobs());
    for (int i = 1; i <= 5; ++i) {
        const auto watcher = service.watch();
        if (i % 2 == 0) {
            watcher->close();  // while the first snapshot is sent
            continue;
        }
        QVERIFY(service.world.run(service.load(20, 4)).passed());
        QTRY_VERIFY_WITH_TIMEOUT(isQuiet(*watcher, total(*watcher->state.sample)) &&
                                     watcher->state.ended.size() == total(*watcher->state.sample),
                                 kPatienceMs);
        QVERIFY2(watcher->problem().isEmpty(), qPrintable(watcher->problem()));
    }
}

void TestMonitorServer::tellsNewFacts()
{
    WatchedService service(WholeService::quickJobs());
    const auto watcher = service.watch();
    QTRY_VERIFY(watcher->state.complete);
    QCOMPARE(watcher->state.service->heldLimit, Config().hold.held);
    Config config = WholeService::quietConfig();
    config.server.listen = {{QStringLiteral("127.0.0.1"), service.world.port()}};
    config.hold.held = 77;
    service.world.service().reload(config);
    QTRY_COMPARE(watcher->state.service->heldLimit, 77);
}

HOLDLINE_TEST(TestMonitorServer)
#include "tst_monitorserver.moc"
