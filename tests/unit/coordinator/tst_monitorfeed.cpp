// SPDX-License-Identifier: GPL-3.0-or-later
// The updates that one shard sends to observers, made from a real JobCoordinator between fakes.
#include "service/holdline/monitorfeed/monitorfeed.h"
#include "service/holdline/monitorfeed/monitorrows.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

#include <map>
#include <random>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;
using Scope = MonitorFeed::Scope;

namespace {

Config roomyConfig()
{
    Config config = quickConfig();
    config.lanes.startsInFlight = 20'000;
    config.lanes.laneLength = 20'000;
    config.circuit.failures = 0;
    return config;
}

QByteArray startOf(const QByteArray &account)
{
    return "{\"account\":\"" + account + "\",\"wait\":true}";
}

/// A JobCoordinator with a feed that reports its changes.
struct WatchedWorld : CoordinatorWorld
{
    explicit WatchedWorld(const Config &config = roomyConfig()) : CoordinatorWorld(config), feed(coordinator)
    {
        feed.begin();
    }
    FeedBatch collect() { return feed.collect(Scope::Jobs); }
    FeedBatch collectAll() { return feed.collect(Scope::JobsAndLanes); }

    MonitorFeed feed;
};

}  // namespace

class TestMonitorFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void costsNothingWhileNobodyWatches();
    void tellsWhatIsThereWhenItBegins();
    void tellsAJobOnceHoweverOftenItChanged();
    void tellsAJobThatIsOverOnlyAsEnded();
    void tellsHowAJobStands();
    void tellsWhatAStartCameTo();
    void tellsWhenItEndedAndHow();
    void announcesTheFirstChangeOnly();
    void tellsLanesWhenAsked();
    void tellsOfALaneWhoseLastStartOutlivedItsJob();
    void tellsOfPausedLanes();
    void countsWhatIsTooMuch();
    void tellsUnusualCallbacksFirst();
    void keepsUpWithAnything_data();
    void keepsUpWithAnything();
};

void TestMonitorFeed::costsNothingWhileNobodyWatches()
{
    CoordinatorWorld world;
    MonitorFeed feed(world.coordinator);
    QSignalSpy waiting(&feed, &MonitorFeed::waiting);
    world.hold();
    world.starter.accept(world.lastTicket(), "1f");
    QVERIFY(feed.collect(Scope::JobsAndLanes).isEmpty());
    feed.begin();
    feed.end();
    world.hold();
    QVERIFY(feed.collect(Scope::JobsAndLanes).isEmpty());
    QVERIFY(waiting.isEmpty());
}

void TestMonitorFeed::tellsWhatIsThereWhenItBegins()
{
    CoordinatorWorld world(roomyConfig());
    MonitorFeed feed(world.coordinator);
    world.hold(startOf("a"));
    const JobStarter::Ticket first = world.lastTicket();
    const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(first));
    world.starter.accept(first, "1f");
    world.hold(startOf("a"));
    world.hold(startOf("a"));
    world.hold(startOf("b"));
    QVERIFY(world.coordinator.pauseLane("idle"));
    world.callback(token);
    world.callback("nonsense");

    const FeedBatch batch = feed.begin();
    QCOMPARE(batch.jobs.size(), 3u);
    QCOMPARE(batch.ended.size(), 1u);
    QCOMPARE(batch.ended.front().outcome, Reason::Completed);
    QCOMPARE(batch.lanes.size(), 3u);
    QCOMPARE(batch.callbacks.size(), 2u);
    QCOMPARE(batch.callbacks.front().outcome, CallbackOutcome::Matched);
    QCOMPARE(batch.callbacks.back().outcome, CallbackOutcome::Unknown);
    QVERIFY(feed.collect(Scope::JobsAndLanes).isEmpty());
    // A second begin() returns all rows again.
    QCOMPARE(feed.begin().jobs.size(), 3u);
}

void TestMonitorFeed::tellsAJobOnceHoweverOftenItChanged()
{
    WatchedWorld world;
    world.hold();
    world.starter.accept(world.lastTicket(), "1f");
    const FeedBatch batch = world.collect();
    QCOMPARE(batch.jobs.size(), 1u);
    QCOMPARE(batch.jobs.front().state, RowState::Running);
    QVERIFY(world.collect().isEmpty());
}

void TestMonitorFeed::tellsAJobThatIsOverOnlyAsEnded()
{
    WatchedWorld world;
    world.hold().exchange->leave();
    const FeedBatch batch = world.collect();
    QVERIFY(batch.jobs.empty());
    QCOMPARE(batch.ended.size(), 1u);
    QVERIFY(batch.gone.empty());
    QCOMPARE(batch.ended.front().outcome, Reason::ClientGone);
    QCOMPARE(batch.ended.front().status, 499);
}

void TestMonitorFeed::tellsHowAJobStands()
{
    WatchedWorld world;
    world.hold();
    world.hold();
    FeedBatch batch = world.collect();
    QCOMPARE(batch.jobs.size(), 2u);
    const JobRow starting = batch.jobs.front();
    const JobRow queued = batch.jobs.back();
    QCOMPARE(starting.state, RowState::Starting);
    QCOMPARE(starting.attempts, 1);
    QVERIFY(starting.queue);
    QVERIFY(!starting.start);
    QCOMPARE(starting.account, "a");
    QCOMPARE(starting.client, "127.0.0.1:5000");
    QCOMPARE(starting.requestId, "req-1");
    QCOMPARE(starting.id.size(), 32);
    QCOMPARE(starting.deadline - starting.created, Milliseconds(Config().hold.deadline));
    QCOMPARE(queued.state, RowState::Queued);
    QVERIFY(!queued.queue);
    QVERIFY(starting.order < queued.order);

    world.starter.accept(world.lastTicket(), "1f");
    batch = world.collect();
    QCOMPARE(batch.jobs.front().state, RowState::Running);
    QCOMPARE(batch.jobs.front().upstreamId, "1f");
    QVERIFY(batch.jobs.front().start);
    QVERIFY(!batch.jobs.front().job);
    QCOMPARE(batch.jobs.back().state, RowState::Starting);
}

void TestMonitorFeed::tellsWhatAStartCameTo()
{
    Config config = roomyConfig();
    config.retry.baseDelay = 1h;
    config.retry.maxDelay = 1h;
    config.hold.deadline = 24h;
    config.hold.maxDeadline = 24h;
    WatchedWorld world(config);
    world.hold();
    world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
    FeedBatch batch = world.collect();
    QCOMPARE(batch.jobs.front().state, RowState::Retrying);
    QCOMPARE(batch.jobs.front().detail, "HTTP 503");

    world.hold(startOf("b"));
    StartResult result;
    result.fate = Fate::Unknown;
    result.proxyStatus = "connection_terminated";
    world.starter.finish(world.lastTicket(), result);
    batch = world.collect();
    QCOMPARE(batch.jobs.front().state, RowState::Unconfirmed);
    QCOMPARE(batch.jobs.front().detail, "connection terminated");
}

void TestMonitorFeed::tellsWhenItEndedAndHow()
{
    WatchedWorld world;
    const Client client = world.hold();
    const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
    world.starter.accept(world.lastTicket(), "1f");
    const FeedBatch live = world.collect();
    QCOMPARE(live.jobs.size(), 1u);
    QCOMPARE(live.jobs.front().status, 0);
    QVERIFY(!live.jobs.front().outcome);
    world.callback(token, "1f", "failed");
    const FeedBatch batch = world.collect();
    QVERIFY(batch.jobs.empty());
    QCOMPARE(batch.ended.size(), 1u);
    const JobRow &row = batch.ended.front();
    QCOMPARE(row.state, RowState::Ended);
    QCOMPARE(row.outcome, Reason::JobFailed);
    QCOMPARE(row.status, client.log->status());
    QVERIFY(row.queue && row.start && row.job && row.total);
    // Each duration is rounded down to microseconds.
    QVERIFY(*row.queue + *row.start + *row.job <= *row.total);
    QVERIFY(*row.total - (*row.queue + *row.start + *row.job) <= Microseconds(3));
    QCOMPARE(batch.callbacks.size(), 1u);
    QCOMPARE(batch.callbacks.front().job, row.id);
}

void TestMonitorFeed::announcesTheFirstChangeOnly()
{
    WatchedWorld world;
    QSignalSpy waiting(&world.feed, &MonitorFeed::waiting);
    world.hold();
    world.hold();
    QCOMPARE(waiting.count(), 1);
    world.collect();
    QCOMPARE(waiting.count(), 1);
    world.callback("nonsense");
    QCOMPARE(waiting.count(), 2);
}

void TestMonitorFeed::tellsLanesWhenAsked()
{
    WatchedWorld world;
    world.hold();
    world.hold();
    QVERIFY(world.collect().lanes.empty());
    FeedBatch batch = world.collectAll();
    QCOMPARE(batch.lanes.size(), 1u);
    QCOMPARE(batch.lanes.front().queued, 1);
    QCOMPARE(batch.lanes.front().inFlight, 1);
    QVERIFY(world.collectAll().lanes.empty());

    world.starter.accept(world.lastTicket(), "1");
    world.starter.accept(world.lastTicket(), "2");
    batch = world.collectAll();
    QVERIFY(batch.lanes.empty());
    QCOMPARE(batch.lanesGone, std::vector<QByteArray>{"a"});
    // Lane b was new and ended between two collections, so it is not reported.
    world.hold(startOf("b"));
    world.starter.accept(world.lastTicket(), "3");
    QVERIFY(world.collectAll().lanesGone.empty());
}

void TestMonitorFeed::tellsOfALaneWhoseLastStartOutlivedItsJob()
{
    WatchedWorld world;
    const Client client = world.hold();
    QCOMPARE(world.collectAll().lanes.size(), 1u);
    client.exchange->leave();
    QCOMPARE(world.collectAll().lanes.front().inFlight, 1);
    world.starter.accept(world.lastTicket(), "1");
    QCOMPARE(world.collectAll().lanesGone, std::vector<QByteArray>{"a"});
}

void TestMonitorFeed::tellsOfPausedLanes()
{
    WatchedWorld world;
    world.coordinator.pauseLane("a");
    world.feed.laneChanged("a");
    FeedBatch batch = world.collectAll();
    QCOMPARE(batch.lanes.size(), 1u);
    QVERIFY(batch.lanes.front().paused);

    const Client client = world.hold();
    QVERIFY(world.starter.order.empty());
    batch = world.collectAll();
    QCOMPARE(batch.jobs.front().state, RowState::Queued);
    QCOMPARE(batch.lanes.front().queued, 1);
    client.exchange->leave();
    batch = world.collectAll();
    QVERIFY(batch.lanesGone.empty());
    QCOMPARE(batch.lanes.front().queued, 0);

    world.coordinator.resumeLane("a");
    world.feed.laneChanged("a");
    QCOMPARE(world.collectAll().lanesGone, std::vector<QByteArray>{"a"});
}

void TestMonitorFeed::countsWhatIsTooMuch()
{
    constexpr std::size_t kMore = 100;
    WatchedWorld world;
    std::vector<Client> clients;
    for (std::size_t i = 0; i < MonitorFeed::kMaxEnded + kMore; ++i)
        clients.push_back(world.hold());
    QCOMPARE(world.collect().jobs.size(), clients.size());
    // These jobs are created and end between two collections, so they were never reported as live.
    for (std::size_t i = 0; i < kMore; ++i)
        clients.push_back(world.hold());
    for (const Client &client : clients)
        client.exchange->leave();
    const FeedBatch batch = world.collectAll();
    QVERIFY(batch.jobs.empty());
    QCOMPARE(batch.ended.size(), MonitorFeed::kMaxEnded);
    QCOMPARE(batch.endedOmitted, 2 * kMore);
    QCOMPARE(batch.gone.size(), kMore);
    QVERIFY(world.collectAll().isEmpty());
}

void TestMonitorFeed::tellsUnusualCallbacksFirst()
{
    WatchedWorld world;
    constexpr std::size_t kUnusual = 5;
    for (std::size_t i = 0; i < MonitorFeed::kMaxCallbacks + 50; ++i) {
        world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
    }
    for (std::size_t i = 0; i < kUnusual; ++i)
        world.callback("nonsense");
    const FeedBatch batch = world.collect();
    QCOMPARE(batch.callbacks.size(), MonitorFeed::kMaxCallbacks);
    QCOMPARE(batch.callbacksOmitted, 50 + kUnusual);
    for (std::size_t i = 0; i < batch.callbacks.size(); ++i)
        QCOMPARE(batch.callbacks[i].outcome == CallbackOutcome::Unknown,
                 i >= batch.callbacks.size() - kUnusual);
}

void TestMonitorFeed::keepsUpWithAnything_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// After any sequence of events, the combined updates equal the state of the coordinator.
void TestMonitorFeed::keepsUpWithAnything()
{
    QFETCH(const unsigned, seed);
    std::mt19937 random(seed);
    WatchedWorld world;
    std::map<QByteArray, JobRow> live;
    std::map<QByteArray, LaneRow> lanes;
    std::size_t ended = 0;
    std::size_t begun = 0;
    std::vector<Client> clients;
    std::vector<QByteArray> tokens;
    world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
        tokens.push_back(CoordinatorWorld::tokenIn(call));
    };
    for (int i = 0; i < 3000; ++i) {
        const QByteArray account(1, static_cast<char>('a' + random() % 4));
        switch (random() % 8) {
            case 0:
            case 1:
                clients.push_back(world.hold(startOf(account)));
                ++begun;
                break;
            case 2:
                if (!clients.empty()) {
                    const Client &client = clients[random() % clients.size()];
                    if (client.log->answers.empty() && !client.log->gone)
                        client.exchange->leave();
                }
                break;
            case 3:
                if (!world.starter.calls.empty()) {
                    auto it = world.starter.calls.begin();
                    std::advance(it, static_cast<long>(random() % world.starter.calls.size()));
                    const JobStarter::Ticket ticket = it->first;
                    switch (random() % 3) {
                        case 0:
                            world.starter.answer(ticket, Fate::NotStarted, 503, true);
                            break;
                        case 1:
                            world.starter.answer(ticket, Fate::Unknown, 0);
                            break;
                        default:
                            world.starter.accept(ticket, "1f");
                    }
                }
                break;
            case 4:
                if (!tokens.empty())
                    world.callback(tokens[random() % tokens.size()]);
                break;
            case 5:
                if (random() % 2 == 0)
                    world.coordinator.pauseLane(account);
                else
                    world.coordinator.resumeLane(account);
                world.feed.laneChanged(account);
                break;
            default: {
                FeedBatch batch = world.feed.collect(random() % 3 == 0 ? Scope::JobsAndLanes : Scope::Jobs);
                for (const JobRow &row : batch.jobs)
                    live.insert_or_assign(row.id, row);
                for (const JobRow &row : batch.ended)
                    live.erase(row.id);
                ended += batch.ended.size();
                for (const LaneRow &row : batch.lanes)
                    lanes.insert_or_assign(row.account, row);
                for (const QByteArray &gone : batch.lanesGone)
                    QCOMPARE(lanes.erase(gone), 1u);
            }
        }
    }
    FeedBatch batch = world.collectAll();
    for (const JobRow &row : batch.jobs)
        live.insert_or_assign(row.id, row);
    for (const JobRow &row : batch.ended)
        live.erase(row.id);
    ended += batch.ended.size();
    for (const LaneRow &row : batch.lanes)
        lanes.insert_or_assign(row.account, row);
    for (const QByteArray &gone : batch.lanesGone)
        lanes.erase(gone);

    const Jobs &jobs = world.coordinator.jobs();
    QCOMPARE(live.size(), static_cast<std::size_t>(jobs.heldCount()));
    QCOMPARE(ended, begun - live.size());
    for (const JobKey key : jobs.heldKeys()) {
        const JobRow row = rowOf(*jobs.find(key), world.coordinator);
        QCOMPARE(live.at(row.id), row);
    }
    std::size_t there = 0;
    for (const QByteArray &account : world.coordinator.lanes().accounts()) {
        const LaneRow now = rowOf(world.coordinator, account);
        // Turn times may differ, because a change of the turn time alone is not reported.
        const LaneRow told = lanes.at(account);
        QCOMPARE(told.queued, now.queued);
        QCOMPARE(told.inFlight, now.inFlight);
        QCOMPARE(told.paused, now.paused);
        ++there;
    }
    QCOMPARE(lanes.size(), there);
}

HOLDLINE_TEST(TestMonitorFeed)
#include "tst_monitorfeed.moc"
