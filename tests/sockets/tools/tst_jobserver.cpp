// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/jobserverworld.h"
#include "tests/support/suite.h"

#include <QElapsedTimer>
#include <QSet>
#include <QTest>

#include <algorithm>
#include <memory>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestJobServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void blockingStart_data();
    void blockingStart();
    void asynchronousStart();
    void accountsWithDurationsOfTheirOwn();
    void refusals_data();
    void refusals();
    void cannotListenTwice();
    void oneConnectionPerAccountAtATime();
    void moreConnectionsPerAccount();
    void accountsRunAtOnce();
    void keepAliveHasNoClaimInRequestSlot();
    void connectionSlotIsHeldUntilTheConnectionCloses();
    void startLatencyHoldsTheTurn();
    void pipelinedRequests();
    void aLongLineOfQuickStarts();
    void clientLeavesInTheLine();
    void clientLeavesWhileItsJobRuns();
    void clientLeavesDuringTheStart();
};

void TestJobServer::blockingStart_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("/start") << "/start"_ba;
    QTest::newRow("/") << "/"_ba;
    QTest::newRow("/proxy") << "/proxy"_ba;
    QTest::newRow("with a query") << "/start?x=1"_ba;
}

void TestJobServer::blockingStart()
{
    QFETCH(QByteArray, path);
    World world;
    const RawAnswer answer = world.answerTo(RawHttpClient::post(path, "{\"account\":\"a\",\"wait\":true}"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.headers.value("Content-Type"), "application/json"_ba);
    const ProofEntry entry = entryIn(answer.body);
    QVERIFY(isJobIdText(entry.id));
    QVERIFY(parseStartedAt(entry.startedAt));
    QVERIFY(isProofText(entry.proof));
    QCOMPARE(answer.body, "{\"id\":\"" + entry.id + "\",\"state\":\"completed\",\"startedAt\":\"" +
                              entry.startedAt + "\",\"proof\":\"" + entry.proof + "\"}");
    QCOMPARE(world.server.judge("a", {entry}), std::vector{ProofVerdict::Valid});
    const JobServerStats stats = world.server.stats();
    QCOMPARE(stats.starts, 1U);
    QCOMPARE(stats.blockingStarts, 1U);
    QCOMPARE(stats.finished, 1U);
    QCOMPARE(stats.running, 0U);
}

void TestJobServer::asynchronousStart()
{
    World world;
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->answerCount(), 1);
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    const RawAnswer answer = client->answers().front();
    QCOMPARE(answer.status, 200);
    const ProofEntry entry = entryIn(world.callback(0));
    QCOMPARE(answer.body, "{\"state\":\"running\",\"id\":\"" + entry.id + "\"}");

    const ScriptedServer::Arrival callback = world.receiver.arrivals().front();
    QVERIFY(callback.head.startsWith("POST /callback/tok HTTP/1.1\r\n"));
    QCOMPARE(callback.field("Content-Type"), "application/json"_ba);
    QCOMPARE(text(parse(callback.body), "state"), "completed"_ba);
    QCOMPARE(world.server.judge("a", {entry}), std::vector{ProofVerdict::Valid});
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 1U);
    QCOMPARE(world.server.stats().callbackAnswers.at("200 matched"), 1U);
    QCOMPARE(world.server.stats().asyncStarts, 1U);
}

void TestJobServer::accountsWithDurationsOfTheirOwn()
{
    JobServerOptions options = quick();
    options.durationsOf["slow"] = 1h;
    World world(options);
    const RawHttpClient *slow = world.blocking("slow");
    const RawHttpClient *numbered = world.blocking("slow-7");
    QTRY_COMPARE(world.server.stats().running, 2U);
    const RawHttpClient *other = world.blocking("other");
    QTRY_COMPARE(other->answerCount(), 1);
    QCOMPARE(slow->answerCount() + numbered->answerCount(), 0);
    QCOMPARE(world.server.stats().running, 2U);
    world.server.endRunningJobs();
    QTRY_COMPARE(slow->answerCount() + numbered->answerCount(), 2);
    QCOMPARE(world.server.stats().running, 0U);
}

void TestJobServer::refusals_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::newRow("not JSON") << RawHttpClient::post("/start", "hello") << 400;
    QTest::newRow("no account") << RawHttpClient::post("/start", "{}") << 422;
    QTest::newRow("no callback") << RawHttpClient::post("/start", "{\"account\":\"a\",\"wait\":false}")
                                 << 422;
    QTest::newRow("unknown path") << RawHttpClient::post("/elsewhere", "{}") << 404;
    QTest::newRow("GET /start") << RawHttpClient::get("/start") << 405;
    QTest::newRow("POST /stats") << RawHttpClient::post("/stats", "{}") << 405;
}

void TestJobServer::refusals()
{
    QFETCH(QByteArray, request);
    World world;
    const RawAnswer answer = world.answerTo(request);
    QTEST(answer.status, "status");
    QVERIFY(!text(parse(answer.body), "error").isEmpty());
    QCOMPARE(answer.headers.contains("Allow"), answer.status == 405);
    QCOMPARE(world.server.stats().starts, 0U);
    QCOMPARE(world.server.stats().waiting, 0);
}

void TestJobServer::cannotListenTwice()
{
    World world;
    JobServer second(quick());
    QVERIFY(!second.listen(QHostAddress::LocalHost, world.server.port()));
    QVERIFY(!second.errorString().isEmpty());
}

void TestJobServer::oneConnectionPerAccountAtATime()
{
    JobServerOptions options = quick();
    options.duration = 20ms;
    World world(options);
    std::vector<RawHttpClient *> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(world.blocking("a"));
    QTRY_COMPARE(world.server.stats().finished, 10U);
    std::vector<JobTime> times;
    for (RawHttpClient *client : clients) {
        QTRY_COMPARE(client->answerCount(), 1);
        times.push_back(startedAt(client->answers().front()));
    }
    std::sort(times.begin(), times.end());
    for (std::size_t i = 1; i < times.size(); ++i)
        QVERIFY(times[i] - times[i - 1] >= 19ms);  // the times are in whole milliseconds, rounded down
    const JobServerStats stats = world.server.stats();
    QCOMPARE(stats.mostConnectionsOfOneAccount, 1);
    QCOMPARE(stats.mostRunning, 1U);
    QCOMPARE(stats.longestLine, 9);
    QCOMPARE(stats.accounts.at("a"), 10U);
}

void TestJobServer::moreConnectionsPerAccount()
{
    JobServerOptions options = quick();
    options.duration = 20ms;
    options.connectionsPerAccount = 3;
    World world(options);
    for (int i = 0; i < 9; ++i)
        world.blocking("a");
    QTRY_COMPARE(world.server.stats().finished, 9U);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 3);
    QCOMPARE(world.server.stats().mostRunning, 3U);
}

void TestJobServer::accountsRunAtOnce()
{
    JobServerOptions options = quick();
    options.duration = 500ms;
    World world(options);
    for (int i = 0; i < 20; ++i)
        world.blocking("a" + QByteArray::number(i));
    QTRY_COMPARE(world.server.stats().finished, 20U);
    QCOMPARE(world.server.stats().mostRunning, 20U);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 1);
}

void TestJobServer::keepAliveHasNoClaimInRequestSlot()
{
    JobServerOptions options = quick();
    options.duration = 500ms;
    World world(options);
    RawHttpClient *first = world.blocking("a");
    QTRY_COMPARE(world.server.stats().starts, 1U);
    RawHttpClient *second = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 1);
    QTRY_COMPARE(first->answerCount(), 1);
    World::sendBlocking(*first, "a");
    QTRY_COMPARE(first->answerCount(), 2);
    QCOMPARE(second->answerCount(), 1);
    QVERIFY(startedAt(second->answers().front()) < startedAt(first->answers().back()));
}

void TestJobServer::connectionSlotIsHeldUntilTheConnectionCloses()
{
    JobServerOptions options = quick();
    options.slot = SlotScope::Connection;
    World world(options);
    RawHttpClient *first = world.blocking("a");
    QTRY_COMPARE(first->answerCount(), 1);
    RawHttpClient *second = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 1);
    for (int i = 2; i <= 5; ++i) {
        World::sendBlocking(*first, "a");
        QTRY_COMPARE(first->answerCount(), i);
    }
    world.sendAsync(*first, "a");
    QTRY_COMPARE(first->answerCount(), 6);
    QCOMPARE(second->answerCount(), 0);
    QCOMPARE(world.server.stats().waiting, 1);

    first->close();
    QTRY_COMPARE(second->answerCount(), 1);
    second->reset();
    RawHttpClient *third = world.blocking("a");
    QTRY_COMPARE(third->answerCount(), 1);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 1);
    QCOMPARE(world.server.stats().starts, 8U);
}

void TestJobServer::startLatencyHoldsTheTurn()
{
    JobServerOptions options = quick();
    options.duration = 0ms;
    options.startLatency = 20ms;
    World world(options);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 5; ++i)
        world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 5U);
    QVERIFY(timer.elapsed() >= 100);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 1);
    QCOMPARE(world.server.stats().longestLine, 4);
}

void TestJobServer::pipelinedRequests()
{
    for (const SlotScope slot : {SlotScope::Request, SlotScope::Connection}) {
        JobServerOptions options = quick();
        options.slot = slot;
        World world(options);
        RawHttpClient *client = world.client();
        for (int i = 0; i < 5; ++i)
            World::sendBlocking(*client, "a");
        QTRY_COMPARE(client->answerCount(), 5);
        for (int i = 1; i < 5; ++i)
            QVERIFY(startedAt(client->answers()[std::size_t(i - 1)]) <
                    startedAt(client->answers()[std::size_t(i)]));
        QCOMPARE(world.server.stats().mostRunning, 1U);
    }
}

// One blocking job, and hundreds of quick starts queued behind it. When it ends, all of them are due.
void TestJobServer::aLongLineOfQuickStarts()
{
    JobServerOptions options = quick();
    options.duration = 300ms;
    World world(options);
    world.blocking("a");
    QTRY_COMPARE(world.server.stats().starts, 1U);
    for (int i = 0; i < 500; ++i)
        world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 500U);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 1);
}

void TestJobServer::clientLeavesInTheLine()
{
    JobServerOptions options = quick();
    options.duration = 500ms;
    World world(options);
    RawHttpClient *first = world.blocking("a");
    QTRY_COMPARE(world.server.stats().starts, 1U);
    RawHttpClient *second = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 1);
    RawHttpClient *third = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 2);
    second->close();
    QTRY_COMPARE(world.server.stats().leftBefore, 1U);
    QTRY_COMPARE(third->answerCount(), 1);
    QCOMPARE(first->answerCount(), 1);
    QCOMPARE(world.server.stats().starts, 2U);
}

void TestJobServer::clientLeavesWhileItsJobRuns()
{
    JobServerOptions options = quick();
    options.duration = 500ms;
    World world(options);
    RawHttpClient *first = world.blocking("a");
    QTRY_COMPARE(world.server.stats().starts, 1U);
    RawHttpClient *second = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 1);
    first->reset();
    // The account's turn is free at once, although the client's job continues.
    QTRY_COMPARE(world.server.stats().starts, 2U);
    QCOMPARE(world.server.stats().running, 2U);
    QTRY_COMPARE(second->answerCount(), 1);
    QTRY_COMPARE(world.server.stats().finished, 2U);
    QCOMPARE(world.server.stats().mostConnectionsOfOneAccount, 1);
}

void TestJobServer::clientLeavesDuringTheStart()
{
    JobServerOptions options = quick();
    options.startLatency = 100ms;
    World world(options);
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(world.server.stats().requests, 1U);
    client->reset();
    // The start had begun, so the job runs and calls back. The client cannot know whether its job was
    // started.
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    QCOMPARE(world.server.stats().starts, 1U);
    QCOMPARE(world.server.stats().leftBefore, 0U);
}

HOLDLINE_TEST(TestJobServer)
#include "tst_jobserver.moc"
