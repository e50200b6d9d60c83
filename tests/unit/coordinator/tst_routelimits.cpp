// SPDX-License-Identifier: GPL-3.0-or-later
// The limits of a route's lanes in the coordinator. Tests which start requests wait, and which events let the
// next one start.
#include "core/profile/profilereader.h"
#include "tests/support/routeworld.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

LaneLimits running(int most)
{
    return {10, most, {}};
}

LaneLimits rate(int starts, std::chrono::milliseconds window)
{
    return {10, 0, {starts, window}};
}

}  // namespace

class TestRouteLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runningJobsHoldBackTheNextStart()
    {
        RouteWorld world(running(2));
        std::vector<Client> clients;
        for (int i = 0; i < 4; ++i)
            clients.push_back(world.ask("one", "a"));
        QCOMPARE(world.starter.order.size(), 2U);
        const QByteArray token = world.tokenIn(world.starter.calls.at(world.starter.order[0]));
        for (const JobStarter::Ticket ticket : {world.starter.order[0], world.starter.order[1]})
            world.starter.accept(ticket, "1f");
        QCOMPARE(world.starter.order.size(), 2U);
        QCOMPARE(world.coordinator.lanes().forecast("one/a", {}, {}).running, 2);
        QCOMPARE(world.coordinator.running().at("one"), 2);
        // When one job ends, the next one starts.
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(clients[0].log->status(), 200);
        QCOMPARE(world.starter.order.size(), 3U);
        QCOMPARE(world.coordinator.lanes().forecast("one/a", {}, {}).running, 2);
        // Another lane, and another route, have places of their own.
        world.ask("one", "b");
        world.ask("two", "a");
        QCOMPARE(world.starter.order.size(), 5U);
    }

    void everyEndFreesThePlace_data()
    {
        QTest::addColumn<QString>("how");
        for (const char *how : {"cancel", "leave", "deadline", "refused", "unreachable", "failed callback"})
            QTest::newRow(how) << QString::fromLatin1(how);
    }
    void everyEndFreesThePlace()
    {
        QFETCH(const QString, how);
        Config config = RouteWorld::configWith(running(1));
        config.retry.attempts = 1;
        if (how == "deadline"_L1)
            config.hold.deadline = 50ms;
        RouteWorld world(config);
        const Client client = world.ask("one", "a");
        const JobKey key = world.lastTicket();
        const QByteArray token = world.tokenIn(world.starter.calls.at(key));
        if (how != "deadline"_L1) {
            world.ask("one", "a");
            QCOMPARE(world.starter.order.size(), 1U);
        }
        if (how == "refused"_L1)
            world.starter.answer(key, Fate::Rejected, 400);
        else if (how == "unreachable"_L1)
            world.starter.answer(key, Fate::NotStarted, 0);
        else
            world.starter.accept(key, "1f");
        if (how == "cancel"_L1)
            QVERIFY(world.coordinator.cancel(key));
        else if (how == "leave"_L1)
            client.exchange->leave();
        else if (how == "failed callback"_L1)
            QCOMPARE(world.callback(token, "1f", "failed").status, 200);
        else if (how == "deadline"_L1)
            QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(world.coordinator.running().at("one"), how == "deadline"_L1 ? 0 : 1);
        if (how == "deadline"_L1)
            world.ask("one", "a");
        QCOMPARE(world.starter.order.size(), 2U);
    }

    /// A job in doubt may be running, so it holds its place until it ends.
    void startInDoubtHoldsItsPlace()
    {
        RouteWorld world(running(1));
        world.ask("one", "a");
        const JobKey key = world.lastTicket();
        world.ask("one", "a");
        world.starter.answer(key, Fate::Unknown, 0);
        QCOMPARE(world.coordinator.jobs().find(key)->status.state, JobState::Running);
        QCOMPARE(world.starter.order.size(), 1U);
        world.coordinator.cancel(key);
        QCOMPARE(world.starter.order.size(), 2U);
    }

    /// A job in doubt keeps its place while it waits to be started again, so it does not wait for its own
    /// place.
    void startInDoubtThatIsSentAgain()
    {
        Config config = RouteWorld::configWith(running(1));
        config.retry.ambiguous = AmbiguousRetry::Always;
        RouteWorld world(config);
        world.ask("one", "a");
        const JobKey key = world.lastTicket();
        world.ask("one", "a");
        world.starter.answer(key, Fate::Unknown, 0);
        QTRY_COMPARE(world.starter.order.size(), 2U);
        QCOMPARE(world.lastTicket(), key);
        world.starter.accept(key, "1f");
        QCOMPARE(world.starter.order.size(), 2U);
        world.coordinator.cancel(key);
        QCOMPARE(world.starter.order.size(), 3U);
    }

    /// A job whose start certainly failed gives its place to the next job while it waits for a retry.
    void failedStartFreesItsPlaceWhileItWaits()
    {
        Config config = RouteWorld::configWith(running(1));
        config.retry.baseDelay = config.retry.maxDelay = 1h;
        config.hold.deadline = 3h;
        config.hold.maxDeadline = 3h;
        RouteWorld world(config);
        world.ask("one", "a");
        world.ask("one", "a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QCOMPARE(world.starter.order.size(), 2U);
        QVERIFY(world.starter.order[0] != world.starter.order[1]);
    }

    void requestThatPassesThroughHoldsItsPlaceDuringTheStart()
    {
        RouteWorld world(running(1));
        world.ask("one", "a", false);
        world.ask("one", "a", false);
        QCOMPARE(world.starter.order.size(), 1U);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.starter.order.size(), 2U);
    }

    void rateSpacesStarts()
    {
        RouteWorld world(rate(1, 200ms));
        TimePoint last{};
        std::size_t starts = 0;
        world.starter.onStart = [&](JobStarter::Ticket, const StartCall &) {
            const TimePoint now = Clock::now();
            if (starts++ > 0)
                QVERIFY(now - last >= 200ms);
            last = now;
        };
        for (int i = 0; i < 4; ++i)
            world.ask("one", "a");
        QCOMPARE(starts, 1U);
        QTRY_COMPARE(starts, 4U);
        for (const JobStarter::Ticket ticket : world.starter.order)
            world.starter.accept(ticket, "1f");
    }

    /// Each attempt reaches the upstream, so each one counts for the rate.
    void retryCountsAsAStart()
    {
        RouteWorld world(rate(2, 1h));
        world.ask("one", "a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE(world.starter.order.size(), 2U);
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        const Client late = world.ask("one", "a");
        QCOMPARE(late.log->status(), 503);
        QCOMPARE(code(late.log->answers.front()), "deadline_unreachable");
        QTest::qWait(50);
        QCOMPARE(world.starter.order.size(), 2U);
    }

    void startThatReachedNobodyGivesItsTurnBack()
    {
        RouteWorld world(rate(1, 1h));
        world.ask("one", "a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        QTRY_COMPARE(world.starter.order.size(), 2U);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.ask("one", "a").log->status(), 503);
    }

    /// A start request that waits for an access token counts for the rate when it is sent, not before.
    void startThatWaitsForItsToken()
    {
        Config config = RouteWorld::configWith(rate(1, 200ms));
        auto set = std::make_shared<RouteSet>(*config.routes);
        const auto read = profile::readProfile(R"(name = "api"
[start]
callback = "body:/c"
job = "body:/id"
[callback]
state = "body:/s"
completed = ["done"]
)",
                                               u"api.toml"_s);
        QVERIFY(std::holds_alternative<profile::Profile>(read));
        set->routes[0].profile = std::make_shared<const profile::Profile>(std::get<profile::Profile>(read));
        set->routes[0].oauth2 = OAuth2Client{"http://issuer.example/token", "id", "key", {}, {}, {}};
        set->secrets.emplace("key", "secret");
        config.routes = std::move(set);
        RouteWorld world(config);
        world.ask("one", "a");
        world.ask("one", "a");
        const JobStarter::Ticket first = world.lastTicket();
        QVERIFY(world.starter.calls.at(first).token);
        QTest::qWait(250);
        QVERIFY2(world.starter.order.size() == 1, "the first start has not left");
        const TimePoint left = Clock::now();
        Q_EMIT world.starter.leaves(first);
        QCOMPARE(world.starter.order.size(), 1U);
        // The next start request is sent in time, although the first one has no response.
        QTRY_COMPARE(world.starter.order.size(), 2U);
        QVERIFY(Clock::now() - left >= 200ms);
        // A start request that got no token does not count for the rate.
        world.ask("one", "a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0);
        QCOMPARE(world.starter.order.size(), 3U);
    }

    /// The rate does not depend on responses, even when each start is stored first.
    void rateOfDurableJobsWithSlowStarts()
    {
        RouteWorld world(rate(1, 100ms));
        for (const char *key : {"k1", "k2", "k3"})
            world.ask("one", "a", true, {{"Idempotency-Key", key}});
        QTRY_COMPARE(world.starter.order.size(), 3U);
    }

    /// The record of the start could not be stored, so the start request was not sent and does not count.
    void startThatWasNotStoredGivesItsTurnBack()
    {
        RouteWorld world(rate(1, 1h));
        world.store.failNext(1, u"disk full"_s);
        const Client client = world.ask("one", "a", true, {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(client.log->status(), 503);
        QVERIFY(world.starter.order.empty());

        world.ask("one", "a");
        QCOMPARE(world.starter.order.size(), 1U);
    }

    /// A client whose deadline cannot be met is refused at once. Retry-After says when the same request can
    /// be served.
    void deadlineThatTheRateForbids()
    {
        Config config = RouteWorld::configWith(rate(1, 40s));
        config.hold.deadline = 30s;
        RouteWorld world(config);
        QVERIFY(world.ask("one", "a").log->answers.empty());
        const Client refused = world.ask("one", "a");
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "deadline_unreachable");
        QCOMPARE(header(refused, "Retry-After"), QByteArray("10"));
        QVERIFY(refused.log->body().contains("may start 1 jobs in 40.0 s"));
        // A handed-over job has a later deadline, so it is accepted.
        const Client handedOver = world.ask("one", "a", true, {{"Prefer", "respond-async"}});
        QTRY_COMPARE(handedOver.log->status(), 202);
    }

    void deadlineThatRunningJobsForbid()
    {
        Config config = RouteWorld::configWith(running(1));
        config.hold.deadline = 100ms;
        RouteWorld world(config);
        // The measured duration of a job is 80 ms.
        world.ask("one", "a");
        const QByteArray token = world.tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QTest::qWait(80);
        QCOMPARE(world.callback(token).status, 200);
        world.ask("one", "a");
        const Client refused = world.ask("one", "a");
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "deadline_unreachable");
        QVERIFY(refused.log->body().contains("1 of at most 1 jobs"));
        // Measured durations of one route do not affect another route.
        world.ask("two", "a");
        QVERIFY(world.ask("two", "a").log->answers.empty());
    }

    void recoveredJobsCount()
    {
        RouteWorld before(running(1));
        before.ask("one", "a", true, {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(before.starter.order.size(), 1U);
        before.starter.accept(before.lastTicket(), "1f");
        QTRY_COMPARE(before.store.records.begin()->second.status.state, JobState::Running);
        const JobRecord record = before.store.records.begin()->second;

        RouteWorld next(running(1));
        next.store.records = {{record.id, record}};
        next.coordinator.recover({record});
        QCOMPARE(next.coordinator.lanes().forecast("one/a", {}, {}).running, 1);
        next.ask("one", "a");
        QTest::qWait(20);
        QVERIFY(next.starter.order.empty());
        QCOMPARE(next.callback(record.token).status, 200);
        QTRY_COMPARE(next.starter.order.size(), 1U);

        // The recovered job's start counts for the rate too.
        RouteWorld paced(rate(1, 1h));
        paced.store.records = {{record.id, record}};
        paced.coordinator.recover({record});
        QCOMPARE(paced.ask("one", "a").log->status(), 503);
    }

    void newLimitsTakeEffectAtOnce()
    {
        RouteWorld world(running(1));
        for (int i = 0; i < 4; ++i)
            world.ask("one", "a");
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.starter.order.size(), 1U);
        world.coordinator.reload(RouteWorld::configWith(running(3)), "http://cb/callback");
        QCOMPARE(world.starter.order.size(), 3U);
        world.coordinator.reload(RouteWorld::configWith(running(1)), "http://cb/callback");
        world.starter.accept(world.starter.order[1], "1f");
        world.coordinator.cancel(world.starter.order[0]);
        QCOMPARE(world.starter.order.size(), 3U);
        world.coordinator.reload(RouteWorld::configWith({10, 0, {}}), "http://cb/callback");
        QCOMPARE(world.starter.order.size(), 4U);
    }
};

HOLDLINE_TEST(TestRouteLimits)
#include "tst_routelimits.moc"
