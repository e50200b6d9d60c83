// SPDX-License-Identifier: GPL-3.0-or-later
// Starts over real sockets against upstreams that misbehave; each row with the pooled and with the stock
// manager.
#include "service/holdline/upstream/pooledaccessmanager.h"
#include "service/holdline/upstream/upstreamclient.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/scriptedserver.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace std::chrono_literals;
using test::ScriptedServer;
using Fate = StartResult::Fate;
using Script = ScriptedServer::Script;

Q_DECLARE_METATYPE(holdline::StartResult::Fate)

namespace {

const QByteArray kRunning = R"({"state":"running","id":"4499a6e0c2ef4b98"})";

Script say(const QByteArray &bytes)
{
    return {ScriptedServer::write(bytes)};
}

Script sayAndClose(const QByteArray &bytes)
{
    return {ScriptedServer::write(bytes), ScriptedServer::close()};
}

StartCall call(const QByteArray &account = "a", std::chrono::milliseconds timeout = 20s)
{
    return {account, "{\"account\":\"" + account + "\",\"wait\":false}", "job-" + account, {}, timeout};
}

/// A client with its manager, and the results it reported.
struct Fixture
{
    explicit Fixture(bool pooled, const QUrl &url, const UpstreamClient::Limits &limits = {},
                     const PoolOptions &options = {})
        : manager(pooled ? std::make_unique<PooledAccessManager>(options)
                         : std::make_unique<QNetworkAccessManager>()),
          client(manager.get(), url, limits)
    {
        QObject::connect(&client, &JobStarter::finished, &client,
                         [this](JobStarter::Ticket ticket, const StartResult &result) {
                             order << ticket;
                             results.insert(ticket, result);
                         });
    }

    std::unique_ptr<QNetworkAccessManager> manager;
    UpstreamClient client;
    QList<JobStarter::Ticket> order;
    QHash<JobStarter::Ticket, StartResult> results;
};

}  // namespace

#define WAIT_RESULT(fixture, ticket) QTRY_VERIFY_WITH_TIMEOUT((fixture).results.contains(ticket), 20'000)

class TestUpstreamClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void requestOnTheWire_data() { managers(); }
    void requestOnTheWire();
    void answers_data();
    void answers();
    void case44_atMostOnce_data();
    void case44_atMostOnce();
    void case44_closesAReusedConnection_data() { managers(); }
    void case44_closesAReusedConnection();
    void case44_resetAtAccept_data() { managers(); }
    void case44_resetAtAccept();
    void case45_hangs_data();
    void case45_hangs();
    void case45_refused_data() { managers(); }
    void case45_refused();
    void case45_noRoute_data() { managers(); }
    void case45_noRoute();
    void case45_unknownName_data() { managers(); }
    void case45_unknownName();
    void case45_noConnectionInTime_data() { managers(); }
    void case45_noConnectionInTime();
    void case46_redirectsAreNotFollowed_data();
    void case46_redirectsAreNotFollowed();
    void case47_answerBeyondTheLimit_data();
    void case47_answerBeyondTheLimit();
    void case47_compressedBombIsNotUnpacked_data() { managers(); }
    void case47_compressedBombIsNotUnpacked();
    void case48_thirtySlowStarts();
    void manyAtOnceEachExactlyOnce_data() { managers(); }
    void manyAtOnceEachExactlyOnce();
    void newUrlAndLimits_data() { managers(); }
    void newUrlAndLimits();
    void destroyedWithStartsUnderWay_data() { managers(); }
    void destroyedWithStartsUnderWay();
    void destroyedInASlot_data() { managers(); }
    void destroyedInASlot();

private:
    static void managers()
    {
        QTest::addColumn<bool>("pooled");
        QTest::newRow("pooled") << true;
        QTest::newRow("stock") << false;
    }
};

void TestUpstreamClient::requestOnTheWire()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    Fixture f(pooled, server.url(QStringLiteral("/a b/start")));
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
    Fixture f(pooled, server.url());
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

void TestUpstreamClient::case44_atMostOnce_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const Script &script) {
        for (const bool pooled : {true, false})
            QTest::addRow("%s, %s", name, pooled ? "pooled" : "stock") << pooled << script;
    };
    const QByteArray whole = ScriptedServer::answer(200, kRunning);
    row("closes before answering", {ScriptedServer::close()});
    row("resets before answering", {ScriptedServer::reset()});
    row("garbage, then closes", sayAndClose("\x16\x03\x01\x02 this is no HTTP\r\n\r\n"));
    row("garbage, stays open", say(QByteArray("SSH-2.0-OpenSSH_9.2\r\n").repeated(10)));
    row("half a status line", sayAndClose("HTTP/1."));
    row("half a head", sayAndClose(whole.first(40)));
    row("half a body", sayAndClose(whole.chopped(10)));
    row("half a chunk", sayAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2b\r\n{\"state"));
    row("1xx, then closes", sayAndClose("HTTP/1.1 100 Continue\r\n\r\n"));
    row("two lengths", sayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n{}"));
}

/// Whatever it does instead of answering: the job is posted once, its fate is unknown.
void TestUpstreamClient::case44_atMostOnce()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    ScriptedServer server;
    server.setDefault(script);
    Fixture f(pooled, server.url());
    f.client.start(1, call("a", pooled ? 20'000ms : 1000ms));
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::Unknown);
    QVERIFY(!result.retryable);
    QVERIFY(!result.proxyStatus.isEmpty());
    QVERIFY(!result.detail.isEmpty());
    QCOMPARE(server.arrivalCount(), 1);

    // Nothing comes later, either.
    server.setDefault(say(ScriptedServer::answer(200, kRunning)));
    f.client.start(2, call("b"));
    WAIT_RESULT(f, 2);
    QCOMPARE(f.results.value(2).fate, Fate::Accepted);
    QCOMPARE(server.arrivalCount(), 2);
    QCOMPARE(server.arrivals().at(1).field("Idempotency-Key"), "job-b");
}

void TestUpstreamClient::case44_closesAReusedConnection()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    Fixture f(pooled, server.url());
    for (JobStarter::Ticket ticket = 1; ticket <= 20; ++ticket) {
        const bool closes = ticket % 2 == 0;
        server.setDefault(closes ? Script{ScriptedServer::close()}
                                 : say(ScriptedServer::answer(200, kRunning)));
        f.client.start(ticket, call(QByteArray::number(ticket)));
        WAIT_RESULT(f, ticket);
        const Fate fate = f.results.value(ticket).fate;
        QCOMPARE(fate, closes ? Fate::Unknown : Fate::Accepted);
    }
    QCOMPARE(server.arrivalCount(), 20);
}

void TestUpstreamClient::case44_resetAtAccept()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    server.setOnAccept({ScriptedServer::reset()});
    Fixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    // The system may have taken the bytes before the reset came: both ends are right, a third is not.
    QVERIFY(result.fate == Fate::Unknown || (result.fate == Fate::NotStarted && result.retryable));
    QVERIFY(result.unreachable);
    QCOMPARE(server.arrivalCount(), 0);
    // QTcpSocket by itself connects again and again here, and so does the stock manager.
    if (pooled)
        QCOMPARE(server.accepted(), 1);
}

void TestUpstreamClient::case45_hangs_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<Script>("script");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const Script &script, int status) {
        for (const bool pooled : {true, false})
            QTest::addRow("%s, %s", name, pooled ? "pooled" : "stock") << pooled << script << status;
    };
    row("says nothing", {ScriptedServer::hold()}, 0);
    row("stops in the head", {ScriptedServer::write("HTTP/1.1 200 OK\r\nConte"), ScriptedServer::hold()}, 0);
    row("stops in the body",
        {ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), ScriptedServer::hold()},
        200);
}

void TestUpstreamClient::case45_hangs()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    QFETCH(int, status);
    ScriptedServer server;
    server.setDefault(script);
    Fixture f(pooled, server.url());
    f.client.start(1, call("a", 300ms));
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::Unknown);
    QCOMPARE(result.proxyStatus, "http_response_timeout");
    QCOMPARE(result.status, status);
    QCOMPARE(server.arrivalCount(), 1);
    QTRY_COMPARE(server.openConnections(), 0);  // the upstream's slot is free
}

void TestUpstreamClient::case45_refused()
{
    QFETCH(bool, pooled);
    QUrl url(QStringLiteral("http://127.0.0.1/start"));
    url.setPort(ScriptedServer::unusedPort());
    Fixture f(pooled, url);
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "connection_refused");
}

/// 255.255.255.255 cannot be connected to: the system says so at once, from within connect().
void TestUpstreamClient::case45_noRoute()
{
    QFETCH(bool, pooled);
    Fixture f(pooled, QUrl(QStringLiteral("http://255.255.255.255:9/start")));
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    QCOMPARE(f.results.value(1).fate, Fate::NotStarted);
    QVERIFY(f.results.value(1).unreachable);
    QVERIFY(!f.results.value(1).proxyStatus.isEmpty());
}

void TestUpstreamClient::case45_unknownName()
{
    QFETCH(bool, pooled);
    Fixture f(pooled, QUrl(QStringLiteral("http://no-such-name.invalid/start")));
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "dns_error");
}

void TestUpstreamClient::case45_noConnectionInTime()
{
    QFETCH(bool, pooled);
    const test::FullBacklog deaf;
    Fixture f(pooled, deaf.url());
    f.client.start(1, call("a", 300ms));
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "connection_timeout");
}

void TestUpstreamClient::case46_redirectsAreNotFollowed_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<int>("status");
    for (const int status : {300, 301, 302, 303, 304, 307, 308}) {
        QTest::addRow("%d, pooled", status) << true << status;
        QTest::addRow("%d, stock", status) << false << status;
    }
}

void TestUpstreamClient::case46_redirectsAreNotFollowed()
{
    QFETCH(bool, pooled);
    QFETCH(int, status);
    ScriptedServer server;
    ScriptedServer other;
    const QByteArray location = "Location: " + other.url().toEncoded() + "\r\n";
    server.setDefault(say("HTTP/1.1 " + QByteArray::number(status) + " Go\r\n" + location +
                          (status == 304 ? "" : "Content-Length: 0\r\n") + "\r\n"));
    Fixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    QCOMPARE(f.results.value(1).fate, Fate::NotStarted);
    QVERIFY(!f.results.value(1).retryable);
    QCOMPARE(f.results.value(1).status, status);
    QCOMPARE(server.arrivalCount(), 1);
    QCOMPARE(other.accepted(), 0);
}

void TestUpstreamClient::case47_answerBeyondTheLimit_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const Script &script) {
        for (const bool pooled : {true, false})
            QTest::addRow("%s, %s", name, pooled ? "pooled" : "stock") << pooled << script;
    };
    const QByteArray block(64 * 1024, ' ');
    row("announced", {ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"),
                      ScriptedServer::flood(block)});
    row("until closed", {ScriptedServer::write("HTTP/1.1 200 OK\r\n\r\n"), ScriptedServer::flood(block)});
    row("chunked", {ScriptedServer::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                    ScriptedServer::flood("10000\r\n" + block + "\r\n")});
    row("one byte too much",
        say(ScriptedServer::answer(200, kRunning + QByteArray(100'001 - kRunning.size(), ' '))));
}

void TestUpstreamClient::case47_answerBeyondTheLimit()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    ScriptedServer server;
    server.setDefault(script);
    UpstreamClient::Limits limits;
    limits.maxAnswerBytes = 100'000;
    Fixture f(pooled, server.url(), limits);
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::Unknown);
    QCOMPARE(result.status, 200);
    QCOMPARE(result.proxyStatus, "http_response_body_size");
    QVERIFY(result.body.isEmpty());
    QCOMPARE(server.arrivalCount(), 1);
    if (script.size() > 1)  // the flood is cut off
        QTRY_COMPARE(server.openConnections(), 0);
    QVERIFY2(server.bytesTaken() < 16 * 1024 * 1024, qPrintable(QString::number(server.bytesTaken())));
}

/// 50 MB of blanks in 50 KB: what is not unpacked cannot grow. (`deflate` is the zlib format, RFC
/// 9110, 8.4.1.2.)
void TestUpstreamClient::case47_compressedBombIsNotUnpacked()
{
    QFETCH(bool, pooled);
    const QByteArray bomb = qCompress(QByteArray(50'000'000, ' '), 9).sliced(4);
    QVERIFY(bomb.size() < 100'000);
    ScriptedServer server;
    server.setDefault(say(ScriptedServer::answer(200, bomb, "Content-Encoding: deflate\r\n")));
    Fixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    QCOMPARE(server.arrivals().first().field("Accept-Encoding"), "identity");
    QCOMPARE(f.results.value(1).fate, Fate::Unknown);
    QCOMPARE(f.results.value(1).proxyStatus, "http_protocol_error");
    QVERIFY(f.results.value(1).body == bomb);
}

void TestUpstreamClient::case48_thirtySlowStarts()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, kRunning))});
    Fixture f(true, server.url());
    for (JobStarter::Ticket ticket = 1; ticket <= 30; ++ticket)
        f.client.start(ticket, call(QByteArray::number(ticket)));
    QTRY_COMPARE(server.holding(), 30);
    server.releaseAll();
    QTRY_COMPARE(f.results.size(), 30);
    for (const StartResult &result : std::as_const(f.results))
        QCOMPARE(result.fate, Fate::Accepted);
}

/// Half of the connections end before, half after the answer; every start arrives exactly once.
void TestUpstreamClient::manyAtOnceEachExactlyOnce()
{
    QFETCH(bool, pooled);
    constexpr int kStarts = 300;
    ScriptedServer server;
    for (int i = 0; i < kStarts; ++i) {
        server.enqueue(i % 3 == 0   ? Script{ScriptedServer::close()}
                       : i % 3 == 1 ? sayAndClose(ScriptedServer::answer(200, kRunning))
                                    : say(ScriptedServer::answer(200, kRunning)));
    }
    Fixture f(pooled, server.url());
    for (JobStarter::Ticket ticket = 0; ticket < kStarts; ++ticket)
        f.client.start(ticket, call(QByteArray::number(ticket)));
    QTRY_COMPARE_WITH_TIMEOUT(f.results.size(), kStarts, 60'000);
    QHash<QByteArray, int> arrivals;
    for (const ScriptedServer::Arrival &arrival : server.arrivals())
        ++arrivals[arrival.field("Idempotency-Key")];
    int notStarted = 0;
    for (JobStarter::Ticket ticket = 0; ticket < kStarts; ++ticket) {
        const Fate fate = f.results.value(ticket).fate;
        const int arrived = arrivals.value("job-" + QByteArray::number(ticket));
        QVERIFY(arrived <= 1);
        if (fate == Fate::NotStarted)
            ++notStarted;
        QVERIFY(fate != Fate::Accepted || arrived == 1);
        QVERIFY(fate != Fate::NotStarted || arrived == 0);
    }
    QCOMPARE(f.order.size(), kStarts);
    if (pooled)
        QCOMPARE(notStarted, 0);
}

void TestUpstreamClient::newUrlAndLimits()
{
    QFETCH(bool, pooled);
    ScriptedServer first;
    ScriptedServer second;
    Fixture f(pooled, first.url());
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
        Fixture f(pooled, server.url());
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
    auto f = std::make_unique<Fixture>(pooled, server.url());
    QObject context;
    connect(&f->client, &JobStarter::finished, &context, [&f, pooled] {
        QNetworkAccessManager *manager = f->manager.release();
        f.reset();
        // The stock manager does not survive it; ours must.
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

QTEST_GUILESS_MAIN(TestUpstreamClient)
#include "tst_upstreamclient.moc"
