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

class TestJobServerFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
};

void TestJobServerFaults::faultStart500()
{
    World world(always(Fault::Start500));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 500);
    World::sendBlocking(*client, "a");
    QTRY_COMPARE(client->status(1), 500);
    QCOMPARE(world.server.stats().starts, 0U);
    QCOMPARE(world.server.stats().faults.at("start_500"), 2U);
}

void TestJobServerFaults::faultStart503()
{
    World world(always(Fault::Start503));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 503);
    QCOMPARE(client->answers().front().headers.value("Retry-After"), "1"_ba);
    QCOMPARE(world.server.stats().starts, 0U);
    QCOMPARE(world.server.stats().faults.at("start_503"), 1U);
}

void TestJobServerFaults::faultReset_data()
{
    QTest::addColumn<SlotScope>("slot");
    QTest::newRow("request") << SlotScope::Request;
    QTest::newRow("connection") << SlotScope::Connection;
}

void TestJobServerFaults::faultReset()
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

void TestJobServerFaults::faultGarbage()
{
    World world(always(Fault::Garbage));
    QSet<QByteArray> kinds;
    for (int i = 0; i < 6; ++i) {
        RawHttpClient *client = i % 2 == 0 ? world.async("a") : world.blocking("a");
        QTRY_VERIFY(client->isClosed());
        QVERIFY(!client->received().isEmpty());
        kinds.insert(client->received().first(20));
        // The response is incomplete, or its body is not JSON.
        if (client->answerCount() > 0)
            QVERIFY(parse(client->answers().front().body).isEmpty());
    }
    QVERIFY(kinds.size() >= 2);
    QTRY_COMPARE(world.receiver.arrivalCount(), 3);
    QCOMPARE(world.server.stats().starts, 6U);
    QCOMPARE(world.server.stats().faults.at("garbage"), 6U);
}

void TestJobServerFaults::faultNoCallback()
{
    World world(always(Fault::NoCallback));
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(client->status(), 200);
    QTRY_COMPARE(world.server.stats().finished, 1U);
    QCOMPARE(world.server.stats().callbacks, 0U);
    QCOMPARE(world.server.stats().faults.at("no_callback"), 1U);
    // A blocking start has no callback, so this fault does not affect it.
    RawHttpClient *blocking = world.blocking("a");
    QTRY_COMPARE(blocking->status(), 200);
}

void TestJobServerFaults::faultDuplicate()
{
    World world(always(Fault::Duplicate));
    world.async("a");
    QTRY_COMPARE(world.server.stats().callbacksDelivered, 2U);
    QCOMPARE(world.receiver.arrivalCount(), 2);
    QCOMPARE(world.callback(0), world.callback(1));
    QCOMPARE(world.server.stats().faults.at("duplicate"), 1U);
}

void TestJobServerFaults::faultEarly()
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

void TestJobServerFaults::faultEarlyToADeafReceiver()
{
    World world(always(Fault::Early));
    world.receiver.setDefault({ScriptedServer::hold()});
    RawHttpClient *client = world.async("a");
    QTRY_COMPARE(world.receiver.holding(), 1);
    QTRY_COMPARE(client->status(), 200);
}

void TestJobServerFaults::faultLate()
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

void TestJobServerFaults::faultWrongId()
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

void TestJobServerFaults::faultFailed()
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

void TestJobServerFaults::sameSeedSameRun()
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

HOLDLINE_TEST(TestJobServerFaults)
#include "tst_jobserverfaults.moc"
