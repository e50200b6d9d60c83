// SPDX-License-Identifier: GPL-3.0-or-later
// The ways in which one job can end, with scripted fakes around the coordinator.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;

class TestJobCoordinator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void completedByteForByte()
    {
        CoordinatorWorld world;
        const Client client =
            world.hold(R"({"account":"a","big":12345678901234567890123})", {{"traceparent", "00-1-2-03"}});
        const StartCall call = world.starter.calls.at(world.lastTicket());
        QVERIFY(call.body.contains(R"("big":12345678901234567890123)"));
        QVERIFY(call.body.contains(R"("wait":false)"));
        QVERIFY(call.headers == (std::vector<std::pair<QByteArray, QByteArray>>{
                                    {"X-Request-Id", "req-1"}, {"traceparent", "00-1-2-03"}}));
        const QByteArray token = CoordinatorWorld::tokenIn(call);
        QCOMPARE(token.size(), CallbackToken::kTextLength);
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(client.log->answers.empty());

        const QByteArray body = "{ \"id\":\"1f\",\n\"state\" : \"completed\",\"proof\":\"\\u0041\" }";
        const http::Response response =
            world.answered(world.send(token, post(body, {{"Content-Type", "application/json; x=y"}})));
        QCOMPARE(response.body, R"({"callback":"matched"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), body);
        QCOMPARE(header(client, "Content-Type"), "application/json; x=y");
        QCOMPARE(header(client, "Holdline-Job"), call.idempotencyKey);
        const QByteArray timing = header(client, "Server-Timing");
        for (const char *phase : {"queue;dur=", "start;dur=", "job;dur=", "total;dur="})
            QVERIFY2(timing.contains(phase), timing.constData());
        QVERIFY(client.log->destroyed);
    }

    void jobFailedIsPassedOn()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QSignalSpy ended(&world.coordinator, &JobCoordinator::jobEnded);
        world.callback(token, "1f", "failed");
        QCOMPARE(client.log->status(), 200);
        QVERIFY(client.log->body().contains("failed"));
        QCOMPARE(ended.size(), 1);
        QVERIFY(ended.at(0).at(0).value<Job>().status.outcome == Reason::JobFailed);
    }

    void badRequests_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("not json") << QByteArray("hello") << 400 << QByteArray("invalid_json");
        QTest::newRow("no account") << QByteArray("{}") << 422 << QByteArray("missing_account");
        QTest::newRow("empty account")
            << QByteArray(R"({"account":""})") << 422 << QByteArray("missing_account");
    }
    void badRequests()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        CoordinatorWorld world;
        QSignalSpy refused(&world.coordinator, &JobCoordinator::requestRefused);
        const Client client = world.hold(body);
        QCOMPARE(client.log->status(), status);
        QTEST(code(client.log->answers.front()), "word");
        QCOMPARE(header(client, "Content-Type"), "application/problem+json");
        QCOMPARE(refused.size(), 1);
        QVERIFY(world.starter.order.empty());
    }

    void oneStartInFlightPerAccount()
    {
        CoordinatorWorld world;
        std::vector<Client> clients;
        for (int i = 0; i < 3; ++i)
            clients.push_back(world.hold());
        clients.push_back(world.hold(R"({"account":"b"})"));
        QCOMPARE(world.starter.calls.size(), std::size_t(2));
        for (int i = 0; i < 3; ++i) {
            for (const auto &[ticket, call] : world.starter.calls) {
                if (call.account == "a") {
                    world.starter.accept(ticket, "1" + QByteArray::number(i));
                    break;
                }
            }
        }
        QCOMPARE(world.starter.order.size(), std::size_t(4));
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 1);
    }

    void duplicateCallback()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
        QCOMPARE(world.coordinator.ledger().count(CallbackOutcome::Duplicate), quint64(1));
    }

    void callbackOvertakesTheStartsAnswer()
    {
        CoordinatorWorld world;
        QByteArray answer;
        world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
            answer = world.callback(CoordinatorWorld::tokenIn(call), "77").body;
        };
        const Client client = world.hold();
        QCOMPARE(answer, R"({"callback":"early"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 1);
        world.starter.accept(world.lastTicket(), "77");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
    }

    void lateCallback()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "callback_timeout");
        QVERIFY(client.log->body().contains(header(client, "Holdline-Job")));
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QVERIFY(world.coordinator.jobs().retainedResultBytes() > 0);
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(client.log->answers.size(), std::size_t(1));
    }

    void unknownTokens_data()
    {
        QTest::addColumn<QByteArray>("token");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("never issued") << CallbackToken::make(0, 0).toText();
        QTest::newRow("malformed") << QByteArray("../../x\r\ny");
        QTest::newRow("10 KB") << QByteArray(10 * 1024, 'A');
    }
    void unknownTokens()
    {
        QFETCH(QByteArray, token);
        CoordinatorWorld world;
        const Client client = world.hold();
        const http::Response response = world.callback(token);
        QCOMPARE(response.status, 404);
        QCOMPARE(code(response), "unknown");
        QVERIFY(client.log->answers.empty());
    }

    void badCallbackBodies_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("not JSON") << QByteArray("}{");
        QTest::newRow("wrong type") << QByteArray("[1,2]");
        QTest::newRow("id not a string") << QByteArray(R"({"id":5,"state":"completed"})");
        QTest::newRow("no state") << QByteArray(R"({"id":"1f"})");
        QTest::newRow("state a number") << QByteArray(R"({"id":"1f","state":7})");
        QTest::newRow("empty") << QByteArray();
    }
    void badCallbackBodies()
    {
        QFETCH(QByteArray, body);
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const http::Response response = world.answered(world.send(token, post(body)));
        QCOMPARE(response.status, 400);
        QCOMPARE(code(response), "malformed");
        QVERIFY(client.log->answers.empty());
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(client.log->status(), 200);
    }

    void mismatchedIdStaysPending()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const http::Response response = world.callback(token, "dead");
        QCOMPARE(response.status, 409);
        QCOMPARE(code(response), "mismatched");
        QVERIFY(client.log->answers.empty());
        world.callback(token, "1f");
        QVERIFY(client.log->body().contains("1f"));
    }

    void unknownFateIsNotSentAgain()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        QCOMPARE(client.log->status(), 200);
    }

    void unknownFateWithoutCallback()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "start_unknown");
    }

    void ambiguousAlwaysSendsAgain()
    {
        Config config = quickConfig();
        config.retry.ambiguous = AmbiguousRetry::Always;
        config.retry.attempts = 2;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
    }

    void retriesUntilItIsAccepted()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(3));
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
    }

    void unreachableIs502AfterRetries()
    {
        Config config = quickConfig();
        config.retry.attempts = 4;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        for (std::size_t attempt = 1; attempt <= 4; ++attempt) {
            QTRY_COMPARE(world.starter.order.size(), attempt);
            world.starter.answer(world.lastTicket(), Fate::NotStarted, 0, true);
        }
        QCOMPARE(client.log->status(), 502);
        QCOMPARE(code(client.log->answers.front()), "upstream_unreachable");
    }

    void upstreamErrorIs502()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 500);
        QCOMPARE(client.log->status(), 502);
        QCOMPARE(code(client.log->answers.front()), "upstream_error");
    }

    void rejectionIsPassedOn()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::Rejected, 403);
        QCOMPARE(client.log->status(), 403);
        QCOMPARE(client.log->body(), "upstream says 403");
        QCOMPARE(header(client, "Content-Type"), "text/plain");
    }

    void tooManyRequestsIsPassedOnAfterRetries()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 429, true);
        QCOMPARE(client.log->status(), 429);
        QCOMPARE(client.log->body(), "upstream says 429");
    }

    void passThrough()
    {
        CoordinatorWorld world;
        const QByteArray body = R"({"account":"a","wait":false,"callback":"http://mine/"})";
        const Client client = world.hold(body);
        QCOMPARE(world.starter.calls.at(world.lastTicket()).body, body);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), R"({"state":"running","id":"1f"})");
    }

    void clientGoneWhileHeld()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QSignalSpy ended(&world.coordinator, &JobCoordinator::jobEnded);
        client.exchange->leave();
        QCOMPARE(ended.size(), 1);
        QCOMPARE(ended.at(0).at(1).toInt(), 499);
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QVERIFY(client.log->answers.empty());
        QTRY_VERIFY(client.log->destroyed);
    }

    void clientGoneWhileQueuedNeverStarts()
    {
        CoordinatorWorld world;
        const Client first = world.hold();
        const Client second = world.hold();
        second.exchange->leave();
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(world.coordinator.lanes().totalQueued(), 0);
        QVERIFY(first.log->answers.empty());
    }

    void clientGoneWhileAwaitingRetry()
    {
        Config config = quickConfig();
        config.retry.baseDelay = std::chrono::seconds(20);
        config.retry.maxDelay = std::chrono::seconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        client.exchange->leave();
        QCOMPARE(world.coordinator.jobs().heldCount(), 0);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    void startThatHangsFreesTheLane()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold();
        QVERIFY(world.starter.calls.at(world.lastTicket()).timeout <= config.hold.deadline);
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "start_unknown");
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
        QCOMPARE(world.coordinator.startsInFlight(), 0);
    }
};

HOLDLINE_TEST(TestJobCoordinator)
#include "tst_jobcoordinator.moc"
