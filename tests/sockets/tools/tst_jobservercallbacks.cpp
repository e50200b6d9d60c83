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

class TestJobServerCallbacks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callbackIsRetried_data();
    void callbackIsRetried();
    void callbackIsGivenUp_data();
    void callbackIsGivenUp();
    void callbackToNobody();
    void hundredsOfCallbacksAtOnce();
    void repeatedIdempotencyKeysAreCounted();
    void aKeyIsStartedOnceWhereThatIsWanted();
    void validates();
    void validatesTheOutputOfJobclient();
    void refusesToValidate_data();
    void refusesToValidate();
    void statsOverHttp();
    void destroyedInTheMiddle();
};

void TestJobServerCallbacks::callbackIsRetried_data()
{
    QTest::addColumn<QList<ScriptedServer::Step>>("script");
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("503") << QList{ScriptedServer::write(ScriptedServer::answer(503, "{}"))} << "503"_ba;
    QTest::newRow("500") << QList{ScriptedServer::write(ScriptedServer::answer(500, ""))} << "500"_ba;
    QTest::newRow("closed") << QList{ScriptedServer::close()} << "connection_failed"_ba;
    QTest::newRow("reset") << QList{ScriptedServer::reset()} << "connection_failed"_ba;
    QTest::newRow("no answer in time") << QList{ScriptedServer::hold()} << "timeout"_ba;
}

void TestJobServerCallbacks::callbackIsRetried()
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

void TestJobServerCallbacks::callbackIsGivenUp_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("arrivals");
    for (const int status : {400, 404, 409, 410, 413, 429})
        QTest::addRow("%d", status) << status << 1;
    QTest::newRow("302") << 302 << 1;
    QTest::newRow("503") << 503 << 4;
}

void TestJobServerCallbacks::callbackIsGivenUp()
{
    QFETCH(int, status);
    World world;
    world.receiver.setDefault({ScriptedServer::write(ScriptedServer::answer(status, "{}"))});
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksGivenUp, 1U);
    QTEST(world.receiver.arrivalCount(), "arrivals");
    QCOMPARE(world.server.stats().callbacksDelivered, 0U);
}

void TestJobServerCallbacks::callbackToNobody()
{
    World world;
    world.receiver.stopListening();
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksGivenUp, 1U);
    QCOMPARE(world.server.stats().callbackAnswers.at("connection_failed"), 4U);
}

void TestJobServerCallbacks::hundredsOfCallbacksAtOnce()
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
    // The connections are kept alive, so later callbacks open no new connections.
    const int accepted = world.receiver.accepted();
    world.receiver.setDefault(
        {ScriptedServer::write(ScriptedServer::answer(200, "{\"callback\":\"matched\"}"))});
    for (int i = 0; i < 50; ++i)
        world.async("a" + QByteArray::number(i));
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 350U);
    QCOMPARE(world.receiver.accepted(), accepted);
    QCOMPARE(world.receiver.arrivalCount(), 350);
}

void TestJobServerCallbacks::repeatedIdempotencyKeysAreCounted()
{
    World world;
    for (const QByteArray &key : {"k1"_ba, "k2"_ba, "k1"_ba, "k1"_ba, ""_ba, ""_ba}) {
        const QByteArray field = key.isEmpty() ? QByteArray() : "Idempotency-Key: " + key + "\r\n";
        RawHttpClient *client = world.blocking("a", field);
        QTRY_COMPARE(client->status(), 200);
    }
    QCOMPARE(world.server.stats().starts, 6U);
    QCOMPARE(world.server.stats().duplicateStarts, 2U);

    // A start that failed has started no job.
    World failing(always(Fault::Start503));
    for (int i = 0; i < 2; ++i) {
        RawHttpClient *client = failing.blocking("a", "Idempotency-Key: k\r\n");
        QTRY_COMPARE(client->status(), 503);
    }
    QCOMPARE(failing.server.stats().duplicateStarts, 0U);
}

void TestJobServerCallbacks::aKeyIsStartedOnceWhereThatIsWanted()
{
    JobServerOptions options = quick();
    options.idempotentStarts = true;
    World world(options);
    std::vector<std::pair<QByteArray, QByteArray>> started;
    connect(
        &world.server, &JobServer::jobStarted, this,
        [&](const JobRequest &request, const QByteArray &id) { started.emplace_back(request.order, id); });
    const auto start = [&world](const QByteArray &key) {
        const QByteArray body = R"({"account":"a","wait":false,"order":"o-)" + key + R"(","callback":")" +
                                world.callbackUrl + "\"}";
        return world.answerTo(RawHttpClient::post("/start", body, "Idempotency-Key: " + key + "\r\n"));
    };
    const RawAnswer first = start("k1");
    QCOMPARE(first.status, 200);
    QCOMPARE(start("k1").body, first.body);
    QTRY_COMPARE(world.receiver.arrivalCount(), 1);
    // The same holds after the job has ended.
    QCOMPARE(start("k1").body, first.body);
    const RawAnswer other = start("k2");
    QVERIFY(other.body != first.body);
    QTRY_COMPARE(world.receiver.arrivalCount(), 2);
    QCOMPARE(started, (std::vector<std::pair<QByteArray, QByteArray>>{
                          {"o-k1", text(parse(first.body), "id")}, {"o-k2", text(parse(other.body), "id")}}));
    const JobServerStats stats = world.server.stats();
    QCOMPARE(stats.starts, 2U);
    QCOMPARE(stats.repeatedStarts, 2U);
    QCOMPARE(stats.duplicateStarts, 0U);
    QCOMPARE(stats.running, 0U);
}

void TestJobServerCallbacks::validates()
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

    // A restarted server with the same secret accepts the signatures but does not know the jobs.
    JobServerOptions options = quick();
    options.seed = 8;
    World later(options);
    const QByteArray body = "{\"account\":\"a\",\"proof\":\"" + encodeProofBlock(entries) + "\"}";
    said = parse(later.answerTo(RawHttpClient::post("/validate", body)).body);
    QCOMPARE(said.value("unknown"_L1).toInt(), 3);
}

void TestJobServerCallbacks::validatesTheOutputOfJobclient()
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

void TestJobServerCallbacks::refusesToValidate_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::newRow("no account") << "{\"proof\":\"H4sI\"}"_ba << 422;
    QTest::newRow("no proof") << "{\"account\":\"a\"}"_ba << 400;
    QTest::newRow("damaged") << "{\"account\":\"a\",\"proof\":\"H4sI\"}"_ba << 400;
    QTest::newRow("not base64") << "{\"account\":\"a\",\"proof\":\"***\"}"_ba << 400;
}

void TestJobServerCallbacks::refusesToValidate()
{
    QFETCH(QByteArray, body);
    World world;
    const RawAnswer answer = world.answerTo(RawHttpClient::post("/validate", body));
    QTEST(answer.status, "status");
    QVERIFY(!text(parse(answer.body), "error").isEmpty());
}

void TestJobServerCallbacks::statsOverHttp()
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

// The server is destroyed with queued requests, running jobs and callbacks in transit.
void TestJobServerCallbacks::destroyedInTheMiddle()
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

HOLDLINE_TEST(TestJobServerCallbacks)
#include "tst_jobservercallbacks.moc"
