// SPDX-License-Identifier: GPL-3.0-or-later
// Start requests over real sockets, with the pooled and the stock manager: requests, responses, and the
// destruction of the client. Misbehaving upstreams are in tst_upstreamfaults.
#include "tests/sockets/upstream/startfixture.h"
#include "tests/support/suite.h"

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;
using Script = ScriptedServer::Script;

class TestUpstreamClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void requestOnTheWire_data() { bothManagers(); }
    void requestOnTheWire();
    void answers_data();
    void answers();
    void redirectsAreNotFollowed_data();
    void redirectsAreNotFollowed();
    void thirtySlowStarts();
    void newUrlAndLimits_data() { bothManagers(); }
    void newUrlAndLimits();
    void destroyedWithStartsUnderWay_data() { bothManagers(); }
    void destroyedWithStartsUnderWay();
    void destroyedInASlot_data() { bothManagers(); }
    void destroyedInASlot();
};

void TestUpstreamClient::requestOnTheWire()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    StartFixture f(pooled, server.url(QStringLiteral("/a b/start")));
    StartCall start = call("müller");
    start.headers = {{"X-Request-Id", "r-1"}, {"traceparent", "00-1-2-00"}};
    f.client.start(1, start);
    QVERIFY(f.results.isEmpty());
    QCOMPARE(f.client.inFlight(), 1);
    WAIT_RESULT(f, 1);
    QCOMPARE(f.client.inFlight(), 0);
    QCOMPARE(server.arrivalCount(), 1);
    const ScriptedServer::Arrival arrival = server.arrivals().first();
    QVERIFY(arrival.head.startsWith("POST /a%20b/start HTTP/1.1\r\n"));
    QCOMPARE(arrival.body, start.body);
    QCOMPARE(arrival.field("Content-Type"), "application/json");
    QCOMPARE(arrival.field("Content-Length"), QByteArray::number(start.body.size()));
    QCOMPARE(arrival.field("Idempotency-Key"), start.idempotencyKey);
    QCOMPARE(arrival.field("User-Agent"), "holdline/" HOLDLINE_VERSION);
    QCOMPARE(arrival.field("Accept-Encoding"), "identity");
    QCOMPARE(arrival.field("X-Request-Id"), "r-1");
    QCOMPARE(arrival.field("traceparent"), "00-1-2-00");
    QCOMPARE(arrival.field("Host"), "127.0.0.1:" + QByteArray::number(server.port()));
}

void TestUpstreamClient::answers_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<Script>("script");
    QTest::addColumn<Fate>("fate");
    QTest::addColumn<bool>("retryable");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");

    const auto row = [](const char *name, const Script &script, Fate fate, bool retryable, int status,
                        const QByteArray &body) {
        for (const bool pooled : {true, false}) {
            QTest::addRow("%s, %s", name, pooled ? "pooled" : "stock")
                << pooled << script << fate << retryable << status << body;
        }
    };
    const QByteArray length = "Content-Length: " + QByteArray::number(kRunning.size()) + "\r\n\r\n";
    row("200", say(ScriptedServer::answer(200, kRunning)), Fate::Accepted, false, 200, kRunning);
    row("202", say(ScriptedServer::answer(202, kRunning)), Fate::Accepted, false, 202, kRunning);
    row("byte by byte", {ScriptedServer::bytewise(ScriptedServer::answer(200, kRunning))}, Fate::Accepted,
        false, 200, kRunning);
    row("chunked",
        say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
            QByteArray::number(kRunning.size(), 16) + "\r\n" + kRunning + "\r\n0\r\n\r\n"),
        Fate::Accepted, false, 200, kRunning);
    row("100 first", say("HTTP/1.1 100 Continue\r\n\r\n" + ScriptedServer::answer(200, kRunning)),
        Fate::Accepted, false, 200, kRunning);
    row("until closed", sayAndClose("HTTP/1.1 200 OK\r\n\r\n" + kRunning), Fate::Accepted, false, 200,
        kRunning);
    row("1.0", sayAndClose("HTTP/1.0 200 OK\r\n" + length + kRunning), Fate::Accepted, false, 200, kRunning);
    row("200, unreadable", say(ScriptedServer::answer(200, "hello")), Fate::Unknown, false, 200, "hello");
    row("204", say("HTTP/1.1 204 No Content\r\n\r\n"), Fate::Unknown, false, 204, "");
    for (const int status : {400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 451})
        row(qPrintable(QString::number(status)), say(ScriptedServer::answer(status, "no")), Fate::Rejected,
            false, status, "no");
    row("401 with a challenge",
        say(ScriptedServer::answer(401, "no", "WWW-Authenticate: Basic realm=\"x\"\r\n")), Fate::Rejected,
        false, 401, "no");
    for (const int status : {408, 425, 429, 502, 503, 504})
        row(qPrintable(QString::number(status)),
            say(ScriptedServer::answer(status, "later", "Retry-After: 3\r\n")), Fate::NotStarted, true,
            status, "later");
    for (const int status : {500, 501, 505, 599})
        row(qPrintable(QString::number(status)), say(ScriptedServer::answer(status, "never")),
            Fate::NotStarted, false, status, "never");
}

void TestUpstreamClient::answers()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    QFETCH(Fate, fate);
    QFETCH(bool, retryable);
    QFETCH(int, status);
    QFETCH(QByteArray, body);

    ScriptedServer server;
    server.setDefault(script);
    StartFixture f(pooled, server.url());
    f.client.start(7, call());
    WAIT_RESULT(f, 7);
    const StartResult result = f.results.value(7);
    QCOMPARE(result.fate, fate);
    QCOMPARE(result.retryable, retryable);
    QCOMPARE(result.status, status);
    QCOMPARE(result.body, body);
    QCOMPARE(result.unreachable, false);
    QCOMPARE(result.upstreamId, fate == Fate::Accepted ? "4499a6e0c2ef4b98" : "");
    if (retryable)
        QCOMPARE(result.retryAfter.value().count(), 3000);
    QCOMPARE(server.arrivalCount(), 1);
    QCOMPARE(f.order.size(), 1);
}

void TestUpstreamClient::redirectsAreNotFollowed_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<int>("status");
    for (const int status : {300, 301, 302, 303, 304, 307, 308}) {
        QTest::addRow("%d, pooled", status) << true << status;
        QTest::addRow("%d, stock", status) << false << status;
    }
}

void TestUpstreamClient::redirectsAreNotFollowed()
{
    QFETCH(bool, pooled);
    QFETCH(int, status);
    ScriptedServer server;
    ScriptedServer other;
    const QByteArray location = "Location: " + other.url().toEncoded() + "\r\n";
    server.setDefault(say("HTTP/1.1 " + QByteArray::number(status) + " Go\r\n" + location +
                          (status == 304 ? "" : "Content-Length: 0\r\n") + "\r\n"));
    StartFixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    QCOMPARE(f.results.value(1).fate, Fate::NotStarted);
    QVERIFY(!f.results.value(1).retryable);
    QCOMPARE(f.results.value(1).status, status);
    QCOMPARE(server.arrivalCount(), 1);
    QCOMPARE(other.accepted(), 0);
}

void TestUpstreamClient::thirtySlowStarts()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, kRunning))});
    StartFixture f(true, server.url());
    for (JobStarter::Ticket ticket = 1; ticket <= 30; ++ticket)
        f.client.start(ticket, call(QByteArray::number(ticket)));
    QTRY_COMPARE(server.holding(), 30);
    server.releaseAll();
    QTRY_COMPARE(f.results.size(), 30);
    for (const StartResult &result : std::as_const(f.results))
        QCOMPARE(result.fate, Fate::Accepted);
}

void TestUpstreamClient::newUrlAndLimits()
{
    QFETCH(bool, pooled);
    ScriptedServer first;
    ScriptedServer second;
    StartFixture f(pooled, first.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    f.client.setUrl(second.url(QStringLiteral("/other")));
    UpstreamClient::Limits limits;
    limits.maxAnswerBytes = 10;
    f.client.setLimits(limits);
    f.client.start(2, call());
    WAIT_RESULT(f, 2);
    QCOMPARE(first.arrivalCount(), 1);
    QCOMPARE(second.arrivalCount(), 1);
    QVERIFY(second.arrivals().first().head.startsWith("POST /other "));
    QCOMPARE(f.results.value(1).fate, Fate::Accepted);
    QCOMPARE(f.results.value(2).fate, Fate::Unknown);
}

void TestUpstreamClient::destroyedWithStartsUnderWay()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold()});
    {
        StartFixture f(pooled, server.url());
        for (JobStarter::Ticket ticket = 1; ticket <= 5; ++ticket)
            f.client.start(ticket, call(QByteArray::number(ticket)));
        QTRY_COMPARE(server.holding(), 5);
    }
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestUpstreamClient::destroyedInASlot()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    auto f = std::make_unique<StartFixture>(pooled, server.url());
    QObject context;
    connect(&f->client, &JobStarter::finished, &context, [&f, pooled] {
        QNetworkAccessManager *manager = f->manager.release();
        f.reset();
        // The stock manager must not be deleted in this slot. PooledAccessManager may be deleted here.
        if (pooled)
            delete manager;
        else
            manager->deleteLater();
    });
    for (JobStarter::Ticket ticket = 1; ticket <= 5; ++ticket)
        f->client.start(ticket, call(QByteArray::number(ticket)));
    QTRY_VERIFY(!f);
    QTRY_COMPARE(server.openConnections(), 0);
}

HOLDLINE_TEST(TestUpstreamClient)
#include "tst_upstreamclient.moc"
