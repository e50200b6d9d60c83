// SPDX-License-Identifier: GPL-3.0-or-later
// The coordinator with scripted fakes: what opens the circuit breaker, and what an open one does.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;
using State = CircuitBreaker::State;

namespace {

Config circuitConfig()
{
    Config config = quickConfig();
    config.retry.attempts = 1;
    config.circuit.failures = 3;
    config.circuit.accounts = 2;
    return config;
}

QByteArray bodyOf(const QByteArray &account)
{
    return "{\"account\":\"" + account + "\",\"wait\":true}";
}

/// Returns the result of a start request that timed out.
StartResult timedOut()
{
    StartResult result;
    result.fate = Fate::Unknown;
    result.unreachable = result.timedOut = true;
    result.proxyStatus = "http_response_timeout";
    return result;
}

/// Returns the result for a 2xx response that cannot be read. `brokeOff`: the connection ended after the
/// status line.
StartResult unreadable(bool brokeOff)
{
    StartResult result;
    result.fate = Fate::Unknown;
    result.status = 200;
    result.brokeOff = brokeOff;
    result.proxyStatus = brokeOff ? "http_response_incomplete" : "http_protocol_error";
    return result;
}

struct World : CoordinatorWorld
{
    explicit World(const Config &config = circuitConfig()) : CoordinatorWorld(config)
    {
        QObject::connect(&coordinator, &JobCoordinator::circuitChanged, &coordinator,
                         [this](const CircuitChange &change) { changes.push_back(change); });
    }
    State state() const { return coordinator.circuit().state(Clock::now()); }
    /// Starts a job of this account. Its start request gets this result.
    void end(const QByteArray &account, const StartResult &result)
    {
        hold(bodyOf(account));
        starter.finish(lastTicket(), result);
    }
    void answer(const QByteArray &account, Fate fate, int status)
    {
        hold(bodyOf(account));
        starter.answer(lastTicket(), fate, status);
    }
    /// Opens the circuit with three connection failures.
    void openIt()
    {
        for (int i = 0; i < 3; ++i)
            answer("a", Fate::NotStarted, 0);
    }
    QByteArray accountOfLast() const { return starter.calls.at(lastTicket()).account; }

    std::vector<CircuitChange> changes;
};

}  // namespace

Q_DECLARE_METATYPE(holdline::StartResult)

class TestCircuit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// However often one account gets one of these results, other accounts must not be shut out.
    void oneAccountShutsNobodyOut_data()
    {
        QTest::addColumn<StartResult>("result");
        StartResult serverError;
        serverError.fate = Fate::NotStarted;
        serverError.status = 500;
        QTest::newRow("500") << serverError;
        StartResult broken = timedOut();
        broken.timedOut = false;
        QTest::newRow("broken connection") << broken;
        QTest::newRow("2xx without id") << unreadable(false);
        QTest::newRow("half an answer") << unreadable(true);
    }
    void oneAccountShutsNobodyOut()
    {
        QFETCH(const StartResult, result);
        World world;
        for (int i = 0; i < 50; ++i)
            world.end("hostile", result);
        QCOMPARE(world.state(), State::Closed);
        QCOMPARE(world.starter.order.size(), std::size_t(50));
        world.hold(bodyOf("b"));
        QCOMPARE(world.starter.order.size(), std::size_t(51));
        QVERIFY(world.changes.empty());
    }

    /// Responses below 500 are no failures, even when all accounts get them.
    void answersAreNoFailures()
    {
        World world;
        for (int i = 0; i < 50; ++i) {
            const QByteArray account = QByteArray::number(i);
            world.answer(account, Fate::Rejected, 400);
            world.answer(account, Fate::NotStarted, 302);
            world.answer(account, Fate::NotStarted, 429);
            world.end(account, unreadable(false));
        }
        QCOMPARE(world.state(), State::Closed);
    }

    /// A timeout shorter than `upstream.start_timeout` comes from the client's deadline. It says nothing
    /// about the upstream.
    void impatienceIsNoFailure()
    {
        World world;
        for (int i = 0; i < 50; ++i) {
            world.hold(bodyOf(QByteArray::number(i)), {{"Prefer", "wait=1"}});
            world.starter.finish(world.lastTicket(), timedOut());
        }
        QCOMPARE(world.state(), State::Closed);
        // The same timeouts count when the client would have waited longer.
        for (int i = 0; i < 3; ++i)
            world.end(QByteArray::number(i), timedOut());
        QCOMPARE(world.state(), State::Open);
    }

    /// A result that says nothing about the upstream does not reset the count of failures either.
    void whatSaysNothingForgivesNothing_data()
    {
        QTest::addColumn<StartResult>("result");
        QTest::newRow("impatience") << timedOut();
        QTest::newRow("half an answer") << unreadable(true);
        StartResult noConnection;
        noConnection.fate = Fate::NotStarted;
        noConnection.proxyStatus = "connection_limit_reached";
        QTest::newRow("no connection allowed") << noConnection;
    }
    void whatSaysNothingForgivesNothing()
    {
        QFETCH(const StartResult, result);
        World world;
        for (const char *account : {"a", "b"})
            world.answer(account, Fate::NotStarted, 500);
        for (int i = 0; i < 5; ++i) {
            world.hold(bodyOf("c"), {{"Prefer", "wait=1"}});
            world.starter.finish(world.lastTicket(), result);
            QCOMPARE(world.state(), State::Closed);
        }
        world.answer("a", Fate::NotStarted, 500);
        QCOMPARE(world.state(), State::Open);
    }

    void failuresOfManyOpenIt()
    {
        World world;
        for (const char *account : {"a", "b", "a"}) {
            QCOMPARE(world.state(), State::Closed);
            world.answer(account, Fate::NotStarted, 500);
        }
        QCOMPARE(world.state(), State::Open);
        QCOMPARE(world.changes.size(), std::size_t(1));
        QVERIFY(world.changes.front().isOpen);
        QCOMPARE(world.changes.front().run.failures, 3);
        QCOMPARE(world.changes.front().run.accounts, 2);
        QCOMPARE(world.changes.front().trouble, "HTTP 500");
    }

    /// A connection failure affects all accounts, so failures of one account open the circuit.
    void noConnectionOpensIt()
    {
        World world;
        world.openIt();
        QCOMPARE(world.state(), State::Open);
        QCOMPARE(world.changes.front().run.unreachable, 3);
    }

    /// Requests whose deadline is after the next probe wait. They are sent after the probe has succeeded.
    void requestsWaitForTheProbe()
    {
        Config config = circuitConfig();
        config.circuit.probeAfter = 500ms;
        World world(config);
        world.openIt();
        const std::size_t before = world.starter.order.size();
        const Client first = world.hold(bodyOf("b"));
        const Client second = world.hold(bodyOf("c"));
        QVERIFY(first.log->answers.empty() && second.log->answers.empty());
        QCOMPARE(world.starter.order.size(), before);
        QTRY_COMPARE(world.starter.order.size(), before + 1);
        QCOMPARE(world.state(), State::HalfOpen);
        QCOMPARE(world.accountOfLast(), "b");
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.starter.order.size(), before + 2);
        QCOMPARE(world.state(), State::Closed);
        QCOMPARE(world.changes.size(), std::size_t(2));
        QVERIFY(!world.changes.back().isOpen);
        QVERIFY(world.changes.back().lasted >= 500ms);
    }

    void whatCannotBeMetIsRefused()
    {
        Config config = circuitConfig();
        config.circuit.probeAfter = config.circuit.openFor = 20s;
        config.retry.maxRetryAfter = 10s;
        World world(config);
        world.openIt();
        const Client refused = world.hold(bodyOf("b"), {{"Prefer", "wait=15"}});
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "circuit_open");
        QCOMPARE(header(refused, "Retry-After"), "10");
        const Client patient = world.hold(bodyOf("b"), {{"Prefer", "wait=60"}});
        QVERIFY(patient.log->answers.empty());
        // A handed-over job has a deadline far in the future, so it waits.
        const Client handedOver = world.hold(bodyOf("b"), {{"Prefer", "respond-async"}});
        QTRY_COMPARE(handedOver.log->status(), 202);
    }

    /// After a failed probe of one account, the next probe is of another account.
    void theNextProbeIsOfAnotherAccount()
    {
        Config config = circuitConfig();
        config.retry.attempts = 0;
        config.circuit.probeAfter = 300ms;
        World world(config);
        const Client bad = world.hold(bodyOf("bad"));
        for (std::size_t i = 1; i <= 3; ++i) {
            QTRY_COMPARE(world.starter.order.size(), i);
            world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        }
        QTRY_COMPARE(world.starter.order.size(), std::size_t(4));
        const JobStarter::Ticket probe = world.lastTicket();
        world.hold(bodyOf("b"));
        world.starter.answer(probe, Fate::NotStarted, 503, true);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(5));
        QCOMPARE(world.accountOfLast(), "b");
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.state(), State::Closed);
    }

    /// A probe whose record cannot be stored is not sent. It counts as no result, and the next job sends a
    /// probe.
    void aProbeThatCannotBeStored()
    {
        Config config = circuitConfig();
        config.circuit.probeAfter = 500ms;
        World world(config);
        world.openIt();
        world.store.hold();
        const Client keyed = world.hold(bodyOf("b"), {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(world.store.heldCount(), 1);
        world.store.failNext(1, u"The disk is full"_s);
        // The probe is granted. Its start request waits for the write.
        QTRY_COMPARE(world.store.heldCount(), 2);
        const std::size_t before = world.starter.order.size();
        world.store.release(2);
        QVERIFY(world.coordinator.circuit().nextProbe() <= Clock::now() + 500ms);
        world.hold(bodyOf("c"));
        QTRY_COMPARE(world.starter.order.size(), before + 1);
        QCOMPARE(world.accountOfLast(), "c");
    }

    /// When the deadline passes, the response says that the job waited for the upstream.
    void waitingInVainTellsTheTruth()
    {
        Config config = circuitConfig();
        config.hold.deadline = 500ms;
        config.circuit.probeAfter = config.circuit.openFor = 50ms;
        World world(config);
        world.openIt();
        // The probe gets no response. The second job cannot become a probe, because its lane is paused.
        world.hold(bodyOf("b"));
        world.coordinator.pauseLane("c");
        const Client behind = world.hold(bodyOf("c"));
        QTRY_COMPARE(behind.log->status(), 504);
        QCOMPARE(code(behind.log->answers.front()), "queue_timeout");
        QVERIFY2(behind.log->answers.front().body.contains("upstream failed too often"),
                 behind.log->answers.front().body.constData());
    }

    void aCallbackOfAnUnknownStartClosesIt()
    {
        World world;
        const Client client = world.hold(bodyOf("a"));
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.finish(world.lastTicket(), timedOut());
        world.openIt();
        QCOMPARE(world.state(), State::Open);
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(world.state(), State::Closed);
        QCOMPARE(world.changes.size(), std::size_t(2));
    }

    void switchedOffByAReload()
    {
        Config config = circuitConfig();
        World world(config);
        world.openIt();
        config.circuit.failures = 0;
        world.coordinator.reload(config, "http://cb/callback");
        QCOMPARE(world.state(), State::Closed);
        QVERIFY(world.changes.back().isSwitchedOff);
    }
};

HOLDLINE_TEST(TestCircuit)
#include "tst_circuit.moc"
