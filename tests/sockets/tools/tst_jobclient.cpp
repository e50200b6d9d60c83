// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/descriptorlimit.h"
#include "core/proof/proofblock.h"
#include "tests/support/loadrun.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QSet>
#include <QTest>

#include <algorithm>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestJobClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fiftyAtOnceOneAccount();
    void tooSlowForTheLimit();
    void neverMoreConnectionsThanConcurrency();
    void spreadsOverAccounts();
    void postsToExactlyTheUrl_data();
    void postsToExactlyTheUrl();
    void eachJobHasItsKey();
    void rateIsKept();
    void durationsCountFromWhenAJobIsDue();
    void thousandsAtOnce();
};

void TestJobClient::fiftyAtOnceOneAccount()
{
    JobServer server(quick(10ms));
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    const Report report = run(load(startUrl(server), 50));
    QVERIFY(report.passed());
    QCOMPARE(report.succeeded, 50);
    QCOMPARE(report.failed, 0);
    QCOMPARE(report.connections, 50);
    QCOMPARE(report.statuses, (std::map<int, int>{{200, 50}}));
    // The jobs ran one after another, so the last one waited for the 49 others.
    QVERIFY(report.total >= 500ms);
    QVERIFY(report.percentile(1) >= 490ms);
    QVERIFY(report.average() < report.percentile(1));
    QVERIFY(report.percentile(1) <= report.total);

    QSet<QByteArray> ids;
    for (const ProofEntry &entry : report.proofs)
        ids.insert(entry.id);
    QCOMPARE(ids.size(), qsizetype(50));
    const auto verdicts = server.judge("example", report.proofs);
    QCOMPARE(std::count(verdicts.begin(), verdicts.end(), ProofVerdict::Valid), 50);
    const JobServerStats stats = server.stats();
    QCOMPARE(stats.starts, 50U);
    QCOMPARE(stats.longestLine, 49);
    QCOMPARE(stats.mostConnectionsOfOneAccount, 1);
}

void TestJobClient::tooSlowForTheLimit()
{
    JobServer server(quick(20ms));
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    LoadOptions options = load(startUrl(server), 10);
    options.limit = 100ms;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 10);
    QVERIFY(!report.passed());
}

void TestJobClient::neverMoreConnectionsThanConcurrency()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    LoadOptions options = load(server.url(), 200);
    options.concurrency = 4;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 200);
    QCOMPARE(report.connections, 4);
    QCOMPARE(server.accepted(), 4);
    QCOMPARE(server.arrivalCount(), 200);
}

void TestJobClient::spreadsOverAccounts()
{
    JobServer server(quick());
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    LoadOptions options = load(startUrl(server), 50);
    options.account = "a b";
    options.accounts = 5;
    QVERIFY(run(options).passed());
    const auto accounts = server.stats().accounts;
    QCOMPARE(accounts.size(), std::size_t(5));
    for (int i = 0; i < 5; ++i)
        QCOMPARE(accounts.at("a b-" + QByteArray::number(i)), 10U);
}

void TestJobClient::postsToExactlyTheUrl_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("/") << u"/"_s << "POST / HTTP/1.1\r\n"_ba;
    QTest::newRow("none") << u""_s << "POST / HTTP/1.1\r\n"_ba;
    QTest::newRow("/proxy") << u"/proxy"_s << "POST /proxy HTTP/1.1\r\n"_ba;
    QTest::newRow("query") << u"/a%20b/?x=%2F&y"_s << "POST /a%20b/?x=%2F&y HTTP/1.1\r\n"_ba;
}

void TestJobClient::postsToExactlyTheUrl()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, line);
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    const QByteArray host = "127.0.0.1:" + QByteArray::number(server.port());
    LoadOptions options = load(QUrl(u"http://"_s + QString::fromLatin1(host) + path), 1);
    options.account = "x";
    QCOMPARE(run(options).succeeded, 1);
    const ScriptedServer::Arrival arrival = server.arrivals().front();
    QVERIFY2(arrival.head.startsWith(line), arrival.head.constData());
    QCOMPARE(arrival.field("Host"), host);
    QCOMPARE(arrival.field("Content-Type"), "application/json"_ba);
    QCOMPARE(arrival.body, "{\"account\":\"x\",\"wait\":true}"_ba);
}

void TestJobClient::eachJobHasItsKey()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    LoadOptions options = load(server.url(u"/start"_s), 3);
    QCOMPARE(run(options).succeeded, 3);
    options.idempotencyPrefix = "run";
    QCOMPARE(run(options).succeeded, 3);
    QSet<QByteArray> keys;
    for (const ScriptedServer::Arrival &arrival : server.arrivals().mid(0, 3))
        QVERIFY(!arrival.head.contains("Idempotency-Key"));
    for (const ScriptedServer::Arrival &arrival : server.arrivals().mid(3))
        keys.insert(arrival.field("Idempotency-Key"));
    QCOMPARE(keys, (QSet<QByteArray>{"\"run-0\"", "\"run-1\"", "\"run-2\""}));
}

void TestJobClient::rateIsKept()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    LoadOptions options = load(server.url(), 21);
    options.rate = 100;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 21);
    QVERIFY(report.total >= 200ms);
}

// One connection, a job due every millisecond, and 20 ms per job: the tenth job is sent 170 ms late.
void TestJobClient::durationsCountFromWhenAJobIsDue()
{
    JobServer server(quick(20ms));
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    LoadOptions options = load(startUrl(server), 10);
    options.rate = 1000;
    options.concurrency = 1;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 10);
    QCOMPARE(report.connections, 1);
    QVERIFY(report.percentile(1) >= 10 * 20ms - 9ms);
}

void TestJobClient::thousandsAtOnce()
{
    const int jobs = std::min(2000, (raiseDescriptorLimit() - 100) / 2);
    JobServerOptions serverOptions = quick(50ms);
    serverOptions.maxConnections = jobs;
    JobServer server(serverOptions);
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    LoadOptions options = load(startUrl(server), jobs);
    options.accounts = jobs;
    options.limit = 60s;
    const Report report = run(options);
    QCOMPARE(report.succeeded, jobs);
    QCOMPARE(report.connections, jobs);
    QCOMPARE(server.stats().starts, static_cast<std::uint64_t>(jobs));
}

HOLDLINE_TEST(TestJobClient)
#include "tst_jobclient.moc"
