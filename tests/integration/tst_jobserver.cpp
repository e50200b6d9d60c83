// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/wire/proofformat.h"
#include "service/jobserver/jobserver.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

#include <algorithm>
#include <memory>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

JobServerOptions quick()
{
    JobServerOptions options;
    options.duration = 5ms;
    options.seed = 7;
    options.secret = "secret";
    options.callbackBackoff = 1ms;
    return options;
}

QJsonObject parse(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

QByteArray text(const QJsonObject &object, const char *member)
{
    return object.value(QLatin1StringView(member)).toString().toUtf8();
}

ProofEntry entryIn(const QByteArray &json)
{
    const QJsonObject object = parse(json);
    return {text(object, "id"), text(object, "startedAt"), text(object, "proof")};
}

JobTime startedAt(const RawAnswer &answer)
{
    return parseStartedAt(entryIn(answer.body).startedAt).value_or(JobTime{});
}

/// A job server and raw clients of it, and a receiver of callbacks that answers as Holdline does.
class World
{
public:
    explicit World(const JobServerOptions &options = quick()) : server(options)
    {
        receiver.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(200, "{\"callback\":\"matched\"}"))});
        if (!server.listen(QHostAddress::LocalHost, 0))
            qFatal("cannot listen");
    }

    RawHttpClient *client()
    {
        m_clients.push_back(std::make_unique<RawHttpClient>(server.port()));
        return m_clients.back().get();
    }
    RawHttpClient *blocking(const QByteArray &account, const QByteArray &fields = {})
    {
        RawHttpClient *it = client();
        sendBlocking(*it, account, fields);
        return it;
    }
    RawHttpClient *async(const QByteArray &account)
    {
        RawHttpClient *it = client();
        sendAsync(*it, account);
        return it;
    }
    static void sendBlocking(RawHttpClient &client, const QByteArray &account, const QByteArray &fields = {})
    {
        client.send(RawHttpClient::post("/start", "{\"account\":\"" + account + "\",\"wait\":true}", fields));
    }
    void sendAsync(RawHttpClient &client, const QByteArray &account)
    {
        client.send(RawHttpClient::post(
            "/start",
            "{\"account\":\"" + account + "\",\"wait\":false,\"callback\":\"" + callbackUrl + "\"}"));
    }
    RawAnswer answerTo(const QByteArray &request)
    {
        RawHttpClient *it = client();
        it->send(request);
        if (!QTest::qWaitFor([it] { return it->answerCount() == 1; }))
            return {};
        return it->answers().front();
    }
    QByteArray callback(int index) const { return receiver.arrivals().value(index).body; }

    JobServer server;
    ScriptedServer receiver;
    const QByteArray callbackUrl = receiver.url(u"/callback/tok"_s).toEncoded();

private:
    std::vector<std::unique_ptr<RawHttpClient>> m_clients;
};

JobServerOptions always(Fault fault)
{
    JobServerOptions options = quick();
    options.faults[fault] = 100;
    return options;
}

}  // namespace

class TestJobServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void blockingStart_data();
    void blockingStart();
    void asynchronousStart();
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

    void faultStart500();
    void faultStart503();
    void faultReset_data();
    void faultReset();
    void faultGarbage();
    void faultNoCallback();
    void faultDuplicate();
    void faultEarly();
    void faultEarlyToADeafReceiver();
    void faultLate();
    void faultWrongId();
    void faultFailed();
    void sameSeedSameRun();

    void callbackIsRetried_data();
    void callbackIsRetried();
    void callbackIsGivenUp_data();
    void callbackIsGivenUp();
    void callbackToNobody();
    void hundredsOfCallbacksAtOnce();
    void repeatedIdempotencyKeysAreCounted();

    void validates();
    void validatesTheOutputOfJobclient();
    void refusesToValidate_data();
    void refusesToValidate();
    void statsOverHttp();
    void destroyedInTheMiddle();
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
        QVERIFY(times[i] - times[i - 1] >= 19ms);  // cut to whole milliseconds
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
    options.duration = 30ms;
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

// One blocking job with hundreds of quick starts behind it: all of them become due at once.
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
    options.duration = 100ms;
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
    options.duration = 200ms;
    World world(options);
    RawHttpClient *first = world.blocking("a");
    QTRY_COMPARE(world.server.stats().starts, 1U);
    RawHttpClient *second = world.blocking("a");
    QTRY_COMPARE(world.server.stats().waiting, 1);
    first->reset();
    // Its turn is free at once, though its job runs on.
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
    // The start had begun: the job runs and calls back. That is what makes a start ambiguous.
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    QCOMPARE(world.server.stats().starts, 1U);
    QCOMPARE(world.server.stats().leftBefore, 0U);
}

void TestJobServer::faultStart500()
{
    World world(always(Fault::Start500));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 500);
    World::sendBlocking(*client, "a");
    QTRY_COMPARE(client->status(1), 500);
    QCOMPARE(world.server.stats().starts, 0U);
    QCOMPARE(world.server.stats().faults.at("start_500"), 2U);
}

void TestJobServer::faultStart503()
{
    World world(always(Fault::Start503));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 503);
    QCOMPARE(client->answers().front().headers.value("Retry-After"), "1"_ba);
    QCOMPARE(world.server.stats().starts, 0U);
    QCOMPARE(world.server.stats().faults.at("start_503"), 1U);
}

void TestJobServer::faultReset_data()
{
    QTest::addColumn<SlotScope>("slot");
    QTest::newRow("request") << SlotScope::Request;
    QTest::newRow("connection") << SlotScope::Connection;
}

void TestJobServer::faultReset()
{
    QFETCH(SlotScope, slot);
    JobServerOptions options = always(Fault::Reset);
    options.slot = slot;
    World world(options);
    RawHttpClient *client = world.async("a");
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->received().isEmpty());
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    QCOMPARE(text(parse(world.callback(0)), "state"), "completed"_ba);

    RawHttpClient *blocking = world.blocking("a");
    QTRY_VERIFY(blocking->isClosed());
    QVERIFY(blocking->received().isEmpty());
    QTRY_COMPARE(world.server.stats().finished, 2U);
    QCOMPARE(world.server.stats().starts, 2U);
    QCOMPARE(world.server.stats().faults.at("reset"), 2U);
}

void TestJobServer::faultGarbage()
{
    World world(always(Fault::Garbage));
    QSet<QByteArray> kinds;
    for (int i = 0; i < 6; ++i) {
        RawHttpClient *client = i % 2 == 0 ? world.async("a") : world.blocking("a");
        QTRY_VERIFY(client->isClosed());
        QVERIFY(!client->received().isEmpty());
        kinds.insert(client->received().first(20));
        // Either no whole answer, or one whose body is no JSON.
        if (client->answerCount() > 0)
            QVERIFY(parse(client->answers().front().body).isEmpty());
    }
    QVERIFY(kinds.size() >= 2);
    QTRY_COMPARE(world.receiver.arrivalCount(), 3);
    QCOMPARE(world.server.stats().starts, 6U);
    QCOMPARE(world.server.stats().faults.at("garbage"), 6U);
}

void TestJobServer::faultNoCallback()
{
    World world(always(Fault::NoCallback));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 200);
    QTRY_COMPARE(world.server.stats().finished, 1U);
    QCOMPARE(world.server.stats().callbacks, 0U);
    QCOMPARE(world.server.stats().faults.at("no_callback"), 1U);
    // A blocking start knows no callback.
    RawHttpClient *blocking = world.blocking("a");
    QTRY_COMPARE(blocking->status(), 200);
}

void TestJobServer::faultDuplicate()
{
    World world(always(Fault::Duplicate));
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 2U);
    QCOMPARE(world.receiver.arrivalCount(), 2);
    QCOMPARE(world.callback(0), world.callback(1));
    QCOMPARE(world.server.stats().faults.at("duplicate"), 1U);
}

void TestJobServer::faultEarly()
{
    JobServerOptions options = always(Fault::Early);
    options.duration = 1h;
    World world(options);
    world.receiver.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(
                                                           200, "{\"callback\":\"early\"}"))});
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(world.receiver.holding(), 1);
    QCOMPARE(client->answerCount(), 0);
    world.receiver.releaseAll();
    QTRY_COMPARE(client->answerCount(), 1);
    QCOMPARE(text(parse(client->answers().front().body), "id"), text(parse(world.callback(0)), "id"));
    QCOMPARE(world.server.stats().finished, 1U);
    QCOMPARE(world.server.stats().callbackAnswers.at("200 early"), 1U);
}

void TestJobServer::faultEarlyToADeafReceiver()
{
    World world(always(Fault::Early));
    world.receiver.setDefault({ScriptedServer::hold()});
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(world.receiver.holding(), 1);
    QTRY_COMPARE(client->status(), 200);
}

void TestJobServer::faultLate()
{
    JobServerOptions options = always(Fault::Late);
    options.faults.lateBy = 150ms;
    World world(options);
    QElapsedTimer timer;
    timer.start();
    world.async("a");
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    QVERIFY(timer.elapsed() >= 155);
    QCOMPARE(world.server.stats().faults.at("late"), 1U);
}

void TestJobServer::faultWrongId()
{
    World world(always(Fault::WrongId));
    world.receiver.enqueue({ScriptedServer::write(ScriptedServer::answer(409, "{}"))});
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 1U);
    const QByteArray id = text(parse(client->answers().front().body), "id");
    QCOMPARE(world.receiver.arrivalCount(), 2);
    QVERIFY(text(parse(world.callback(0)), "id") != id);
    QVERIFY(isJobIdText(text(parse(world.callback(0)), "id")));
    QCOMPARE(text(parse(world.callback(1)), "id"), id);
    QCOMPARE(world.server.stats().callbackAnswers.at("409"), 1U);
    QCOMPARE(world.server.stats().callbacksGivenUp, 1U);
    QCOMPARE(world.server.stats().starts, 1U);
}

void TestJobServer::faultFailed()
{
    World world(always(Fault::Failed));
    RawHttpClient *blocking = world.blocking("a");
    QTRY_COMPARE(blocking->status(), 200);
    world.async("a");
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    for (const QByteArray &body : {blocking->answers().front().body, world.callback(0)}) {
        QCOMPARE(text(parse(body), "state"), "failed"_ba);
        QVERIFY(isJobIdText(text(parse(body), "id")));
        QVERIFY(!parse(body).contains("proof"_L1));
    }
}

void TestJobServer::sameSeedSameRun()
{
    QByteArrayList runs;
    for (const std::uint64_t seed : {5U, 5U, 6U}) {
        JobServerOptions options = quick();
        options.duration = 0ms;
        options.seed = seed;
        options.faults.percent.fill(20);
        World world(options);
        QByteArray run;
        for (int i = 0; i < 40; ++i) {
            RawHttpClient *client = world.blocking("a");
            QTRY_VERIFY(client->answerCount() == 1 || client->isClosed());
            const QJsonObject body =
                client->answerCount() == 1 ? parse(client->answers().front().body) : QJsonObject();
            run += QByteArray::number(client->status()) + text(body, "id") + text(body, "state") + '\n';
        }
        runs.append(run);
    }
    QCOMPARE(runs[0], runs[1]);
    QVERIFY(runs[0] != runs[2]);
}

void TestJobServer::callbackIsRetried_data()
{
    QTest::addColumn<QList<ScriptedServer::Step>>("script");
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("503") << QList{ScriptedServer::write(ScriptedServer::answer(503, "{}"))} << "503"_ba;
    QTest::newRow("500") << QList{ScriptedServer::write(ScriptedServer::answer(500, ""))} << "500"_ba;
    QTest::newRow("closed") << QList{ScriptedServer::close()} << "connection_failed"_ba;
    QTest::newRow("reset") << QList{ScriptedServer::reset()} << "connection_failed"_ba;
    QTest::newRow("no answer in time") << QList{ScriptedServer::hold()} << "timeout"_ba;
}

void TestJobServer::callbackIsRetried()
{
    QFETCH(QList<ScriptedServer::Step>, script);
    QFETCH(QByteArray, kind);
    JobServerOptions options = quick();
    options.callbackTimeout = 100ms;
    World world(options);
    world.receiver.enqueue(script);
    world.receiver.enqueue(script);
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 1U);
    const JobServerStats stats = world.server.stats();
    QCOMPARE(stats.callbackRetries, 2U);
    QCOMPARE(stats.callbackAnswers.at(kind), 2U);
    QCOMPARE(stats.callbackAnswers.at("200 matched"), 1U);
    QCOMPARE(stats.callbacksInFlight, 0);
    QCOMPARE(stats.callbacksQueued, 0);
    QCOMPARE(world.receiver.arrivalCount(), 3);
    QCOMPARE(world.callback(0), world.callback(2));
}

void TestJobServer::callbackIsGivenUp_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("arrivals");
    for (const int status : {400, 404, 409, 410, 413, 429})
        QTest::addRow("%d", status) << status << 1;
    QTest::newRow("302") << 302 << 1;
    QTest::newRow("503") << 503 << 4;
}

void TestJobServer::callbackIsGivenUp()
{
    QFETCH(int, status);
    World world;
    world.receiver.setDefault({ScriptedServer::write(ScriptedServer::answer(status, "{}"))});
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksGivenUp, 1U);
    QTEST(world.receiver.arrivalCount(), "arrivals");
    QCOMPARE(world.server.stats().callbacksDelivered, 0U);
}

void TestJobServer::callbackToNobody()
{
    World world;
    world.receiver.stopListening();
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksGivenUp, 1U);
    QCOMPARE(world.server.stats().callbackAnswers.at("connection_failed"), 4U);
}

void TestJobServer::hundredsOfCallbacksAtOnce()
{
    World world;
    world.receiver.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(
                                                           200, "{\"callback\":\"matched\"}"))});
    for (int i = 0; i < 300; ++i)
        world.async("a" + QByteArray::number(i));
    QTRY_COMPARE(world.receiver.holding(), 300);
    QCOMPARE(world.server.stats().callbacksInFlight, 300);
    world.receiver.releaseAll();
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 300U);
    // The connections are kept: the next callbacks open no others.
    const int accepted = world.receiver.accepted();
    world.receiver.setDefault(
        {ScriptedServer::write(ScriptedServer::answer(200, "{\"callback\":\"matched\"}"))});
    for (int i = 0; i < 50; ++i)
        world.async("a" + QByteArray::number(i));
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 350U);
    QCOMPARE(world.receiver.accepted(), accepted);
    QCOMPARE(world.receiver.arrivalCount(), 350);
}

void TestJobServer::repeatedIdempotencyKeysAreCounted()
{
    World world;
    for (const QByteArray &key : {"k1"_ba, "k2"_ba, "k1"_ba, "k1"_ba, ""_ba, ""_ba}) {
        const QByteArray field = key.isEmpty() ? QByteArray() : "Idempotency-Key: " + key + "\r\n";
        RawHttpClient *client = world.blocking("a", field);
        QTRY_COMPARE(client->status(), 200);
    }
    QCOMPARE(world.server.stats().starts, 6U);
    QCOMPARE(world.server.stats().duplicateStarts, 2U);

    // A start that failed started nothing.
    World failing(always(Fault::Start503));
    for (int i = 0; i < 2; ++i) {
        RawHttpClient *client = failing.blocking("a", "Idempotency-Key: k\r\n");
        QTRY_COMPARE(client->status(), 503);
    }
    QCOMPARE(failing.server.stats().duplicateStarts, 0U);
}

void TestJobServer::validates()
{
    World world;
    ProofEntries entries;
    for (int i = 0; i < 3; ++i) {
        RawHttpClient *client = world.blocking("a");
        QTRY_COMPARE(client->status(), 200);
        entries.push_back(entryIn(client->answers().front().body));
    }
    const auto validate = [&world](const ProofEntries &list, const QByteArray &account) {
        const QByteArray body =
            "{\"account\":\"" + account + "\",\"proof\":\"" + encodeProofBlock(list) + "\"}";
        return parse(world.answerTo(RawHttpClient::post("/validate", body)).body);
    };
    QJsonObject said = validate(entries, "a");
    QVERIFY(said.value("ok"_L1).toBool());
    QCOMPARE(said.value("valid"_L1).toInt(), 3);
    QCOMPARE(said.value("entries"_L1).toArray().size(), qsizetype(3));

    ProofEntries spoiled = entries;
    spoiled[1].startedAt = "2017-09-08T18:27:35.749Z";
    spoiled.push_back(entries[0]);
    said = validate(spoiled, "a");
    QVERIFY(!said.value("ok"_L1).toBool());
    QCOMPARE(said.value("valid"_L1).toInt(), 2);
    QCOMPARE(said.value("forged"_L1).toInt(), 1);
    QCOMPARE(said.value("repeated"_L1).toInt(), 1);
    QCOMPARE(said.value("unknown"_L1).toInt(), 0);
    QByteArrayList verdicts;
    for (const auto &entry : said.value("entries"_L1).toArray())
        verdicts.append(text(entry.toObject(), "verdict"));
    QCOMPARE(verdicts, (QByteArrayList{"valid", "forged", "valid", "repeated"}));

    QCOMPARE(validate(entries, "b").value("forged"_L1).toInt(), 3);
    QVERIFY(!validate({}, "a").value("ok"_L1).toBool());

    // Another life of the server under the same secret: its hand is right, its jobs are not known.
    JobServerOptions options = quick();
    options.seed = 8;
    World later(options);
    const QByteArray body = "{\"account\":\"a\",\"proof\":\"" + encodeProofBlock(entries) + "\"}";
    said = parse(later.answerTo(RawHttpClient::post("/validate", body)).body);
    QCOMPARE(said.value("unknown"_L1).toInt(), 3);
}

void TestJobServer::validatesTheOutputOfJobclient()
{
    World world;
    RawHttpClient *client = world.blocking("a b");
    QTRY_COMPARE(client->status(), 200);
    const QByteArray block = encodeProofBlock({entryIn(client->answers().front().body)});
    const QByteArray output = "Succeeded: 1\n\nWORK SAMPLE RESULT: PASSED\n\nProof :\n" + block + '\n';
    const RawAnswer answer = world.answerTo(RawHttpClient::post("/validate?account=a%20b", output));
    QCOMPARE(answer.status, 200);
    QVERIFY(parse(answer.body).value("ok"_L1).toBool());
}

void TestJobServer::refusesToValidate_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::newRow("no account") << "{\"proof\":\"H4sI\"}"_ba << 422;
    QTest::newRow("no proof") << "{\"account\":\"a\"}"_ba << 400;
    QTest::newRow("damaged") << "{\"account\":\"a\",\"proof\":\"H4sI\"}"_ba << 400;
    QTest::newRow("not base64") << "{\"account\":\"a\",\"proof\":\"***\"}"_ba << 400;
}

void TestJobServer::refusesToValidate()
{
    QFETCH(QByteArray, body);
    World world;
    const RawAnswer answer = world.answerTo(RawHttpClient::post("/validate", body));
    QTEST(answer.status, "status");
    QVERIFY(!text(parse(answer.body), "error").isEmpty());
}

void TestJobServer::statsOverHttp()
{
    World world;
    RawHttpClient *client = world.blocking("a");
    QTRY_COMPARE(client->status(), 200);
    const QJsonObject brief = parse(world.answerTo(RawHttpClient::get("/stats")).body);
    QCOMPARE(brief.value("starts"_L1).toInt(), 1);
    QCOMPARE(brief.value("max_connections_per_account"_L1).toInt(), 1);
    QCOMPARE(brief.value("duplicate_starts"_L1).toInt(), 0);
    QVERIFY(!brief.contains("accounts"_L1));
    const QJsonObject full = parse(world.answerTo(RawHttpClient::get("/stats?accounts=1")).body);
    QCOMPARE(full.value("accounts"_L1).toObject().value("a"_L1).toInt(), 1);
}

// With requests in the line, jobs running and callbacks under way.
void TestJobServer::destroyedInTheMiddle()
{
    JobServerOptions options = quick();
    options.duration = 20ms;
    auto world = std::make_unique<World>(options);
    world->receiver.setDefault({ScriptedServer::hold()});
    for (int i = 0; i < 10; ++i) {
        world->async("a" + QByteArray::number(i));
        world->blocking("b");
    }
    QTRY_COMPARE(world->receiver.holding(), 10);
    QVERIFY(world->server.stats().waiting > 0);
    world.reset();
}

QTEST_GUILESS_MAIN(TestJobServer)
#include "tst_jobserver.moc"
