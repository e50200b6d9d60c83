// SPDX-License-Identifier: GPL-3.0-or-later
// When durable jobs are refused: limits, a drain, a store that cannot write, and records that cannot be
// recovered. Also callbacks for jobs that exist only as a record.
#include "service/holdline/jobs/refusals.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;
using namespace std::chrono_literals;

namespace {

const QByteArray kBody = R"({"account":"a","wait":true})";

http::HeaderFields keyed(const QByteArray &key)
{
    return {{"Idempotency-Key", key}};
}

http::HeaderFields handedOver()
{
    return {{"Prefer", "respond-async"}};
}

bool waitForStart(CoordinatorWorld &world, std::size_t starts = 1)
{
    return QTest::qWaitFor([&] { return world.starter.order.size() >= starts; });
}

/// Returns the stored record of a job that was running when the process ended.
JobRecord runningRecord()
{
    CoordinatorWorld world;
    world.hold(kBody, keyed("k"));
    if (!waitForStart(world))
        qFatal("no start");
    world.starter.accept(world.lastTicket(), "1f");
    const QByteArray id = world.store.puts.front().id;
    if (!QTest::qWaitFor([&] { return world.store.records.at(id).status.state == JobState::Running; },
                         10'000))
        qFatal("not stored");
    return world.store.records.at(id);
}

/// Returns how the client was refused: the problem's code, and Retry-After.
std::pair<QByteArray, QByteArray> refusalOf(const Client &client)
{
    if (!QTest::qWaitFor([&] { return !client.log->answers.empty(); }))
        return {};
    return {code(client.log->answers.front()), header(client, "Retry-After")};
}

using Refusal = std::pair<QByteArray, QByteArray>;

}  // namespace

class TestDurableRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void retryAfterOfEachRefusal()
    {
        const auto after = [](const Problem &problem) {
            return problem.retryAfter.value_or(std::chrono::milliseconds(-1));
        };
        QCOMPARE(after(storeUnavailable(u"why"_s)), 5s);
        QCOMPARE(after(notStored(u"why"_s)), 1s);
        QCOMPARE(after(tooManyHeld()), 1s);
        QCOMPARE(after(tooManyDurable(3)), 1s);
        QCOMPARE(after(drainingProblem(25s, "j")), 25s);
        QCOMPARE(after(endsWithProcess("j", false)), 1s);
        QVERIFY(!endsWithProcess("j", true).retryAfter);
        QCOMPARE(after(keyInFlight("j")), 1s);
        QVERIFY(!keyReused("j").retryAfter);
        QVERIFY(tooManyDurable(3).detail.startsWith("3 jobs"_L1));
        for (const Problem &problem :
             {drainingProblem(1s, "j"), endsWithProcess("j", false), keyInFlight("j"), keyReused("j"),
              storeUnavailable(u"why"_s, "j"), notStored(u"why"_s, "j")})
            QCOMPARE(problem.job, "j");
    }

    void theHeldLimitIsForAllRequests()
    {
        Config config = quickConfig();
        config.hold.held = 1;
        CoordinatorWorld world(config);
        const Client first = world.hold(kBody, keyed("k"));
        QSignalSpy refused(&world.coordinator, &JobCoordinator::requestRefused);
        // New keys and hand-overs are refused before the look-up. Then a client that would join a job is
        // refused.
        QCOMPARE(refusalOf(world.hold(kBody, keyed("other"))), Refusal("overloaded", "1"));
        QCOMPARE(refusalOf(world.hold(kBody, handedOver())), Refusal("overloaded", "1"));
        QVERIFY(waitForStart(world));
        QCOMPARE(refusalOf(world.hold(kBody, keyed("k"))), Refusal("overloaded", "1"));
        QCOMPARE(refusalOf(world.hold()), Refusal("overloaded", "1"));
        QCOMPARE(refused.size(), 4);
        QVERIFY(first.log->answers.empty());
        QCOMPARE(world.coordinator.requestsHeld(), 1);
    }

    void theLimitOnDurableJobs()
    {
        Config config = quickConfig();
        config.hold.durable = 1;
        CoordinatorWorld world(config);
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const Client second = world.hold(R"({"account":"b"})", keyed("k2"));
        QCOMPARE(refusalOf(second), Refusal("overloaded", "1"));
        QVERIFY(second.log->body().contains("1 jobs with a key"));
        QCOMPARE(refusalOf(world.hold(R"({"account":"b"})", handedOver())), Refusal("overloaded", "1"));
        // Neither plain jobs nor joining clients count.
        world.hold(R"({"account":"c"})");
        QCOMPARE(world.starter.order.size(), std::size_t(2));
        const Client joined = world.hold(kBody, keyed("k"));
        QVERIFY(joined.log->answers.empty());
        QCOMPARE(world.coordinator.durableCount(), 1);
        QCOMPARE(world.coordinator.waitingCount(), 2);
        QCOMPARE(world.coordinator.requestsHeld(), 3);
    }

    void admissionIsForDurableJobsToo()
    {
        Config config = quickConfig();
        config.lanes.laneLength = 1;
        CoordinatorWorld world(config);
        world.hold();
        world.hold();
        QCOMPARE(refusalOf(world.hold(kBody, keyed("k"))).first, "lane_full");
        QCOMPARE(refusalOf(world.hold(kBody, handedOver())).first, "lane_full");
        QCOMPARE(world.coordinator.durableCount(), 0);
        QVERIFY(world.store.puts.empty());
    }

    void nobodyJoinsWhileItDrains()
    {
        Config config = quickConfig();
        config.hold.drainTimeout = 7s;
        CoordinatorWorld world(config);
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.coordinator.drain(1h);
        QCOMPARE(refusalOf(world.hold(kBody, keyed("k"))), Refusal("draining", "7"));
        QCOMPARE(refusalOf(world.hold(kBody, keyed("new"))), Refusal("draining", "7"));
        QCOMPARE(refusalOf(world.hold(kBody, handedOver())), Refusal("draining", "7"));
    }

    void theStoreGoesWhileTheKeyIsLookedUp()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        world.store.setUnavailable("the disk is gone"_L1);
        QCOMPARE(refusalOf(client), Refusal("store_unavailable", "5"));
        QVERIFY(world.starter.order.empty());
        QCOMPARE(world.coordinator.requestsHeld(), 0);
    }

    void aClientLeavesWhileItsKeyIsLookedUp()
    {
        CoordinatorWorld world;
        QSignalSpy answered(&world.coordinator, &JobCoordinator::requestAnswered);
        const Client client = world.hold(kBody, keyed("k"));
        QCOMPARE(world.coordinator.requestsHeld(), 1);
        client.exchange->leave();
        QTRY_COMPARE(answered.size(), 1);
        const auto end = answered.front().front().value<RequestEnd>();
        QCOMPARE(end.reason, Reason::ClientGone);
        QCOMPARE(end.status, 499);
        QVERIFY(end.job.isEmpty());
        QCOMPARE(world.coordinator.requestsHeld(), 0);
        QCOMPARE(world.coordinator.durableCount(), 0);
    }

    void aHandOverThatCannotBeStored()
    {
        CoordinatorWorld world;
        world.hold();  // occupies the lane's turn
        world.store.failNext(1, "no space left"_L1);
        const Client client = world.hold(kBody, handedOver());
        QCOMPARE(refusalOf(client).first, "store_unavailable");
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.coordinator.lanes().totalQueued(), 0);
    }

    void recordsThatCannotBeRecovered()
    {
        const JobRecord good = runningRecord();
        JobRecord settled = good;
        settled.status.state = JobState::Settled;
        JobRecord nonsense = good;
        nonsense.id = makeJobId();
        nonsense.token = "nonsense";
        JobRecord twin = good;
        twin.id = makeJobId();
        twin.key = "another";
        CoordinatorWorld world;
        // A job that has ended needs no recovery, and no warning.
        QTest::failOnWarning(QRegularExpression(u"a stored job cannot be recovered"_s));
        world.coordinator.recover({settled});
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a stored job cannot be recovered"_s));
        world.coordinator.recover({nonsense});
        QCOMPARE(world.coordinator.recoveredTotal(), quint64(0));
        world.coordinator.recover({good});
        // The first recovery restored the job. A second recovery of the same record changes nothing. Another
        // record with the same token is rejected.
        world.coordinator.recover({good});
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a stored job cannot be recovered"_s));
        world.coordinator.recover({twin});
        QCOMPARE(world.coordinator.recoveredTotal(), quint64(1));
        QCOMPARE(world.coordinator.durableCount(), 1);
        QCOMPARE(world.coordinator.jobs().heldCount(), 1);
    }

    void drainWithoutADurableStore()
    {
        CoordinatorWorld world;
        world.store.durable = false;
        const Client waiting = world.hold(kBody, keyed("k"));
        const Client over = world.hold(R"({"account":"b"})", handedOver());
        QTRY_COMPARE(over.log->status(), 202);
        QVERIFY(waitForStart(world, 2));
        const Client queued = world.hold(kBody, keyed("q"));
        QTRY_COMPARE(world.coordinator.lanes().totalQueued(), 1);
        QSignalSpy drained(&world.coordinator, &JobCoordinator::drained);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^3 jobs .* end with this process"_s));
        world.coordinator.drain(1ms);
        // The store is in memory, so the key ends with the process. A client that repeated a started job
        // would run it twice.
        QTRY_COMPARE(waiting.log->status(), 504);
        QCOMPARE(code(waiting.log->answers.front()), "drain_timeout");
        QVERIFY(header(waiting, "Retry-After").isEmpty());
        QCOMPARE(refusalOf(queued), Refusal("draining", "1"));
        // No later process knows this job, so the response has no Location.
        QVERIFY(header(waiting, "Location").isEmpty());
        QTRY_COMPARE(drained.size(), 1);
        QCOMPARE(world.coordinator.requestsHeld(), 0);
    }

    void callbacksOfAJobFromBeforeARestart()
    {
        JobRecord record = runningRecord();
        record.status.state = JobState::Settled;
        record.status.outcome = Reason::CallbackTimeout;
        record.answer = RecordedAnswer{504, "application/problem+json", "{}", {}};
        CoordinatorWorld world;
        world.store.records.emplace(record.id, record);
        QSignalSpy refused(&world.coordinator, &JobCoordinator::callbackRefused);
        const auto malformed = CoordinatorWorld::answered(world.send(record.token, post("nonsense")));
        QCOMPARE(malformed.status, 400);
        QCOMPARE(code(malformed), "malformed");
        QCOMPARE(refused.size(), 1);
        QCOMPARE(refused.front().at(3).toByteArray(), record.id);
        QCOMPARE(refused.front().at(4).toByteArray(), "a");
        QCOMPARE(world.callback(record.token, "2e").status, 409);
        QCOMPARE(refused.size(), 2);
        // Only the store has this job. A late result replaces the failure there.
        world.store.failNext(1, "no space left"_L1);
        QCOMPARE(world.callback(record.token).status, 503);
        QCOMPARE(refused.size(), 3);
        QCOMPARE(world.store.records.at(record.id).status.outcome, Reason::CallbackTimeout);
        QCOMPARE(world.callback(record.token).body, R"({"callback":"late"})");
        const JobRecord &mended = world.store.records.at(record.id);
        QCOMPARE(mended.status.outcome, Reason::Completed);
        QCOMPARE(mended.answer->body, CoordinatorWorld::result().body);
        QCOMPARE(mended.revision, record.revision + 1);
        QCOMPARE(world.callback(record.token).body, R"({"callback":"duplicate"})");
        QCOMPARE(world.coordinator.jobs().heldCount(), 0);
        QCOMPARE(world.coordinator.jobs().retainedCount(), 0);
    }

    void callbacksOfAJobThatHasExpired()
    {
        JobRecord record = runningRecord();
        record.status.state = JobState::Settled;
        record.expired = true;
        CoordinatorWorld world;
        world.store.records.emplace(record.id, record);
        QCOMPARE(world.callback(record.token).status, 404);
    }

    void aCancelledJobStaysCancelled_data()
    {
        QTest::addColumn<bool>("isStored");
        QTest::newRow("its end is stored") << true;
        QTest::newRow("its end is on its way") << false;
    }
    void aCancelledJobStaysCancelled()
    {
        QFETCH(const bool, isStored);
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.begin()->second);
        world.starter.accept(world.lastTicket(), "1f");
        const QByteArray id = world.store.puts.front().id;
        if (!isStored)
            world.store.hold();
        world.coordinator.directory().cancel(id, [](auto, const auto &) {});
        if (isStored)
            QTRY_COMPARE(client.log->status(), 503);
        const auto late = world.send(token, CoordinatorWorld::result());
        world.store.release();
        QTRY_COMPARE(late->body(), R"({"callback":"late"})");
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        const JobRecord &record = world.store.records.at(id);
        QCOMPARE(record.status.outcome, Reason::Cancelled);
        QVERIFY(record.status.resultSeen);
        QCOMPARE(record.answer->status, 503);
        QCOMPARE(client.log->status(), 503);
    }
};

HOLDLINE_TEST(TestDurableRefusals)
#include "tst_durablerefusals.moc"
