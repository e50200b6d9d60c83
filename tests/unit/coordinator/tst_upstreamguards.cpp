// SPDX-License-Identifier: GPL-3.0-or-later
// Each upstream has a circuit breaker and a retry budget of its own: one that is down shuts out no other.
#include "tests/support/profiledroute.h"
#include "tests/support/routeworld.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;
using State = CircuitBreaker::State;

namespace {

Config guardedConfig()
{
    Config config = RouteWorld::configWith({10, 0, {}});
    config.retry.attempts = 1;
    config.circuit.failures = 3;
    config.circuit.accounts = 1;
    config.circuit.probeAfter = 50ms;
    config.circuit.openFor = 50ms;
    return config;
}

struct World : RouteWorld
{
    explicit World(const Config &config = guardedConfig()) : RouteWorld(config)
    {
        QObject::connect(&coordinator, &JobCoordinator::circuitChanged, &coordinator,
                         [this](const CircuitChange &change) { changes.push_back(change); });
    }
    const CircuitBreaker &circuitOf(const QByteArray &route) const
    {
        return coordinator.guards().ofRoute(route).circuit;
    }
    void fail(const QByteArray &route, int times)
    {
        for (int i = 0; i < times; ++i) {
            ask(route, "a");
            starter.answer(lastTicket(), Fate::NotStarted, 0);
        }
    }
    QByteArray lastUrl() const { return starter.calls.at(lastTicket()).url; }

    std::vector<CircuitChange> changes;
};

std::vector<QByteArray> inUse(const UpstreamGuards &guards)
{
    std::vector<QByteArray> names;
    guards.forEachInUse([&names](const UpstreamGuard &guard) { names.push_back(guard.name); });
    return names;
}

/// Returns the same configuration with other upstreams for the two routes.
Config withUpstreams(Config config, const QString &one, const QString &two)
{
    auto set = std::make_shared<RouteSet>(*config.routes);
    set->routes[0].upstream = QUrl(one);
    set->routes[1].upstream = QUrl(two);
    config.routes = std::move(set);
    return config;
}

}  // namespace

class TestUpstreamGuards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesOfUpstreams_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("path") << u"http://up.example/a/b"_s << QByteArray("http://up.example");
        QTest::newRow("implied port") << u"http://up.example:80/a"_s << QByteArray("http://up.example");
        QTest::newRow("implied port of https")
            << u"https://UP.example:443"_s << QByteArray("https://up.example");
        QTest::newRow("other port") << u"https://up.example:80/"_s << QByteArray("https://up.example:80");
        QTest::newRow("IPv6") << u"http://[::1]:8080/x"_s << QByteArray("http://[::1]:8080");
    }
    void namesOfUpstreams()
    {
        QFETCH(const QString, url);
        QTEST(originOf(QUrl(url)), "name");
    }

    void usualRouteHasOneGuard()
    {
        CoordinatorWorld world;
        QCOMPARE(world.coordinator.guards().count(), 1);
        QCOMPARE(inUse(world.coordinator.guards()),
                 std::vector<QByteArray>{originOf(quickConfig().upstream.url)});
    }

    void routesWithOneUpstreamShareItsGuard()
    {
        const Config config =
            withUpstreams(guardedConfig(), u"http://up.example/one"_s, u"http://up.example:80/two"_s);
        World world(config);
        QCOMPARE(inUse(world.coordinator.guards()), std::vector<QByteArray>{"http://up.example"});
        world.fail("one", 3);
        QVERIFY(world.circuitOf("two").isOpen());
    }

    void downUpstreamShutsOutNoOther()
    {
        World world;
        QCOMPARE(inUse(world.coordinator.guards()),
                 (std::vector<QByteArray>{"http://one.example", "http://two.example"}));
        world.fail("one", 3);
        QVERIFY(world.circuitOf("one").isOpen());
        QVERIFY(!world.circuitOf("two").isOpen());
        QCOMPARE(world.changes.size(), 1U);
        QCOMPARE(world.changes[0].upstream, "http://one.example");
        QVERIFY(world.changes[0].isOpen);

        // Start requests of the first route wait. Those of the second route are sent at once.
        const std::size_t before = world.starter.order.size();
        const Client waits = world.ask("one", "a");
        QCOMPARE(world.starter.order.size(), before);
        const Client served = world.ask("two", "a");
        QCOMPARE(world.starter.order.size(), before + 1);
        QCOMPARE(world.lastUrl(), "http://two.example/start");
        // A success of the other upstream does not close the circuit.
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(world.circuitOf("one").isOpen());

        // The probe is sent to the upstream that failed. Its success closes the circuit.
        QTRY_COMPARE(world.starter.order.size(), before + 2);
        QCOMPARE(world.lastUrl(), "http://one.example/start");
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(!world.circuitOf("one").isOpen());
        QCOMPARE(world.changes.size(), 2U);
        QCOMPARE(world.changes[1].upstream, "http://one.example");
        QVERIFY(!world.changes[1].isOpen);
        QVERIFY(waits.log->answers.empty());
        QVERIFY(served.log->answers.empty());
    }

    void failuresOfOneUpstreamDoNotAddToAnother()
    {
        World world;
        world.fail("one", 2);
        world.fail("two", 2);
        QVERIFY(world.changes.empty());
        world.fail("one", 1);
        QVERIFY(world.circuitOf("one").isOpen());
        QVERIFY(!world.circuitOf("two").isOpen());
    }

    void onlyRequestsForTheDownUpstreamAreRefused()
    {
        Config config = guardedConfig();
        config.circuit.probeAfter = config.circuit.openFor = 1h;
        World world(config);
        world.fail("one", 3);
        const Client refused = world.ask("one", "b");
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "circuit_open");
        QVERIFY2(!refused.log->body().contains("one.example"), "the upstream's address is not the client's");
        QVERIFY(world.ask("two", "b").log->answers.empty());
    }

    /// The response at the deadline names the cause of the client's own upstream.
    void heldBackByItsOwnUpstreamOnly()
    {
        Config config = guardedConfig();
        config.hold.deadline = 200ms;
        config.circuit.probeAfter = config.circuit.openFor = 150ms;
        World world(config);
        world.fail("one", 3);
        const Client probe = world.ask("one", "a");
        const Client waits = world.ask("one", "a");
        QTRY_COMPARE(waits.log->status(), 504);
        QVERIFY(waits.log->body().contains("failed too often"));
        QTRY_COMPARE(probe.log->status(), 504);
    }

    void retryBudgetOfAnotherUpstreamIsItsOwn()
    {
        Config config = guardedConfig();
        config.retry.attempts = 1'000'000;
        config.retry.budget = 0;
        config.circuit.failures = 0;
        config.hold.deadline = 20s;
        World world(config);
        // Uses up the retry budget of one upstream: 100 retries in ten seconds, and none earned by first
        // starts.
        world.starter.onStart = [&world](JobStarter::Ticket ticket, const StartCall &call) {
            if (!call.url.startsWith("http://one.example"))
                return;
            QMetaObject::invokeMethod(
                &world.coordinator,
                [&world, ticket] { world.starter.answer(ticket, Fate::NotStarted, 503, true); },
                Qt::QueuedConnection);
        };
        for (int i = 0; i < 10; ++i)
            world.ask("one", "a");
        QTRY_VERIFY(world.starter.order.size() >= 110);
        QTest::qWait(50);
        const std::size_t before = world.starter.order.size();
        world.ask("two", "a");
        QCOMPARE(world.starter.order.size(), before + 1);
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE_WITH_TIMEOUT(world.starter.order.size(), before + 2, 900);
        QCOMPARE(world.lastUrl(), "http://two.example/start");
    }

    void jobsThatWaitForABudgetSurviveAReload()
    {
        Config config = guardedConfig();
        config.retry.attempts = 10;
        config.circuit.failures = 0;
        config.retry.baseDelay = config.retry.maxDelay = 20ms;
        World world(config);
        world.ask("one", "a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        world.coordinator.reload(
            withUpstreams(config, u"http://three.example/start"_s, u"http://two.example/start"_s),
            "http://cb/callback");
        QTRY_COMPARE(world.starter.order.size(), 2U);
        QCOMPARE(world.lastUrl(), "http://three.example/start");
    }

    /// A reload keeps the circuits of upstreams that stay, and removes those of other upstreams.
    void reload()
    {
        Config config = guardedConfig();
        config.circuit.probeAfter = config.circuit.openFor = 1h;
        World world(config);
        world.fail("one", 3);
        world.coordinator.reload(config, "http://cb/callback");
        QVERIFY(world.circuitOf("one").isOpen());
        // The two routes swap their upstreams, so their circuits swap too.
        world.coordinator.reload(
            withUpstreams(config, u"http://two.example/start"_s, u"http://one.example/start"_s),
            "http://cb/callback");
        QVERIFY(!world.circuitOf("one").isOpen());
        QVERIFY(world.circuitOf("two").isOpen());
        world.ask("one", "b");
        QCOMPARE(world.lastUrl(), "http://two.example/start");
        world.coordinator.reload(
            withUpstreams(config, u"http://a.example/start"_s, u"http://a.example/start"_s),
            "http://cb/callback");
        QCOMPARE(inUse(world.coordinator.guards()), std::vector<QByteArray>{"http://a.example"});
        QVERIFY(!world.circuitOf("two").isOpen());
        // The number of circuits does not grow with each reload.
        for (int i = 0; i < 300; ++i)
            world.coordinator.reload(
                withUpstreams(config, u"http://h%1.example"_s.arg(i), u"http://h%1.example"_s.arg(i + 1)),
                "http://cb/callback");
        QCOMPARE(world.coordinator.guards().count(), 3);
    }

    /// An upstream that does not answer status queries must not use up the limit of queries in flight.
    void questionsOfOneUpstreamLeaveRoom()
    {
        const auto profile = profileOf(R"(name = "ask"
[start]
callback = "none"
job = "body:/id"
[status]
request = "GET {upstream}/{job}"
state = "body:/status"
completed = ["done"]
first = "100ms"
every = "1m"
longest = "1m"
)");
        Config config = guardedConfig();
        auto set = std::make_shared<RouteSet>(*config.routes);
        for (RouteConfig &route : set->routes) {
            route.profile = profile;
            route.limits = {1000, 0, {}};
        }
        config.routes = std::move(set);
        World world(config);
        const auto start = [&world](const QByteArray &route) {
            world.ask(route, "a");
            world.starter.accept(world.lastTicket(), "j");
        };
        for (int i = 0; i < 100; ++i)
            start("one");
        QTRY_VERIFY(world.queries.order.size() >= 51);
        QTest::qWait(200);
        const std::size_t hanging = world.queries.order.size();
        QVERIFY(hanging < StatusQueries::kMaxInFlight);
        start("two");
        QTRY_COMPARE(world.queries.order.size(), hanging + 1);
        QVERIFY(world.queries.calls.at(world.queries.order.back()).url.startsWith("http://two.example"));
        // Further jobs are queried when the first queries are answered.
        for (std::size_t i = 0; i < 5; ++i)
            world.queries.answer(world.queries.order[i], Fate::NotStarted, 503);
        QVERIFY(world.queries.order.size() > hanging + 1);
    }
};

HOLDLINE_TEST(TestUpstreamGuards)
#include "tst_upstreamguards.moc"
