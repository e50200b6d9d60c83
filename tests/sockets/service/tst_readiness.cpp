// SPDX-License-Identifier: GPL-3.0-or-later
// /readyz of the whole service: ready, degraded while durable jobs are refused, and draining.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

struct Readiness
{
    int status = 0;
    QJsonObject answer;
};

Readiness readiness(WholeService &world)
{
    const RawAnswer answer = ask(world.adminPort(), RawHttpClient::get("/readyz"));
    return {answer.status, QJsonDocument::fromJson(answer.body).object()};
}

QString codeOf(const Readiness &readiness)
{
    return readiness.answer[u"degraded"_s].toArray().first().toObject()[u"code"_s].toString();
}

QString detailOf(const Readiness &readiness)
{
    return readiness.answer[u"degraded"_s].toArray().first().toObject()[u"detail"_s].toString();
}

}  // namespace

class TestReadiness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ready()
    {
        WholeService world;
        const Readiness now = readiness(world);
        QCOMPARE(now.status, 200);
        QCOMPARE(now.answer, QJsonObject({{u"ready"_s, true}}));
    }

    void degraded_data()
    {
        QTest::addColumn<int>("threads");
        QTest::addColumn<bool>("isReady");
        for (const int threads : {1, 3}) {
            QTest::addRow("ready, %d threads", threads) << threads << true;
            QTest::addRow("unready, %d threads", threads) << threads << false;
        }
    }
    void degraded()
    {
        QFETCH(int, threads);
        QFETCH(bool, isReady);
        Config config = WholeService::quietConfig();
        config.server.threads = threads;
        config.server.whenDegraded = isReady ? WhenDegraded::Ready : WhenDegraded::Unready;
        config.store.path = u"/dev/null/holdline.db"_s;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: "_s));
        WholeService world(WholeService::quickJobs(), config);
        const Readiness now = readiness(world);
        QCOMPARE(now.status, isReady ? 200 : 503);
        QCOMPARE(now.answer[u"ready"_s].toBool(!isReady), isReady);
        QCOMPARE(codeOf(now), u"store_unavailable"_s);
        QVERIFY2(detailOf(now).contains(u"holdline.db"_s), qPrintable(detailOf(now)));
        QCOMPARE(now.answer.contains(u"reasons"_s), !isReady);
        if (!isReady)
            QCOMPARE(now.answer[u"reasons"_s].toArray(), QJsonArray{u"store_unavailable"_s});
        // Plain requests are still served.
        QCOMPARE(ask(world.port(), startRequest("acme")).status, 200);
    }

    void asManyDurableJobsAsThereMayBe()
    {
        Config config = WholeService::quietConfig();
        config.server.threads = 1;
        config.hold.durable = 1;
        config.server.whenDegraded = WhenDegraded::Unready;
        ScriptedServer upstream;
        WholeService world(upstream.url(), config);
        QCOMPARE(readiness(world).status, 200);
        QCOMPARE(ask(world.port(), startRequest("acme", "Prefer: respond-async\r\n")).status, 202);
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const Readiness full = readiness(world);
        QCOMPARE(full.status, 503);
        QCOMPARE(codeOf(full), u"overloaded"_s);
        QVERIFY2(detailOf(full).contains(u"hold.promised"_s), qPrintable(detailOf(full)));
        QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
        QTRY_COMPARE(readiness(world).status, 200);
    }

    void draining()
    {
        Config config = WholeService::quietConfig();
        config.store.path = u"/dev/null/holdline.db"_s;
        config.hold.drainTimeout = std::chrono::minutes(10);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: "_s));
        ScriptedServer upstream;
        WholeService world(upstream.url(), config);
        RawHttpClient held(world.port());
        held.send(startRequest("acme"));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        world.service().drain();
        const Readiness now = readiness(world);
        QCOMPARE(now.status, 503);
        QCOMPARE(now.answer, QJsonObject({{u"ready"_s, false}, {u"reasons"_s, QJsonArray{u"draining"_s}}}));
    }
};

HOLDLINE_TEST(TestReadiness)
#include "tst_readiness.moc"
