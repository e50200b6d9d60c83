// SPDX-License-Identifier: GPL-3.0-or-later
// Start requests over real sockets to misbehaving upstreams, with the pooled and the stock manager. Each
// request arrives at most once, and StartResult reports what really happened.
#include "tests/sockets/upstream/startfixture.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/suite.h"

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;
using Script = ScriptedServer::Script;

class TestUpstreamFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void atMostOnce_data();
    void atMostOnce();
    void closesAReusedConnection_data() { bothManagers(); }
    void closesAReusedConnection();
    void resetAtAccept_data() { bothManagers(); }
    void resetAtAccept();
    void hangs_data();
    void hangs();
    void refused_data() { bothManagers(); }
    void refused();
    void noRoute_data() { bothManagers(); }
    void noRoute();
    void unknownName_data() { bothManagers(); }
    void unknownName();
    void noConnectionInTime_data() { bothManagers(); }
    void noConnectionInTime();
    void answerBeyondTheLimit_data();
    void answerBeyondTheLimit();
    void compressedBombIsNotUnpacked_data() { bothManagers(); }
    void compressedBombIsNotUnpacked();
    void manyAtOnceEachExactlyOnce_data() { bothManagers(); }
    void manyAtOnceEachExactlyOnce();
};

void TestUpstreamFaults::atMostOnce_data()
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

/// For every misbehaviour, the job is posted once and its fate is unknown.
void TestUpstreamFaults::atMostOnce()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    ScriptedServer server;
    server.setDefault(script);
    StartFixture f(pooled, server.url());
    f.client.start(1, call("a", pooled ? 20'000ms : 1000ms));
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::Unknown);
    QVERIFY(!result.retryable);
    QVERIFY(!result.proxyStatus.isEmpty());
    QVERIFY(!result.detail.isEmpty());
    QCOMPARE(server.arrivalCount(), 1);

    // The request is not sent again.
    server.setDefault(say(ScriptedServer::answer(200, kRunning)));
    f.client.start(2, call("b"));
    WAIT_RESULT(f, 2);
    QCOMPARE(f.results.value(2).fate, Fate::Accepted);
    QCOMPARE(server.arrivalCount(), 2);
    QCOMPARE(server.arrivals().at(1).field("Idempotency-Key"), "job-b");
}

void TestUpstreamFaults::closesAReusedConnection()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    StartFixture f(pooled, server.url());
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

void TestUpstreamFaults::resetAtAccept()
{
    QFETCH(bool, pooled);
    ScriptedServer server;
    server.setOnAccept({ScriptedServer::reset()});
    StartFixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    // The system may have accepted the bytes before the reset arrived. Both results are correct; any other is
    // not.
    QVERIFY(result.fate == Fate::Unknown || (result.fate == Fate::NotStarted && result.retryable));
    QVERIFY(result.unreachable);
    QCOMPARE(server.arrivalCount(), 0);
    // QTcpSocket itself reconnects again and again here, and so does the stock manager.
    if (pooled)
        QCOMPARE(server.accepted(), 1);
}

void TestUpstreamFaults::hangs_data()
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

void TestUpstreamFaults::hangs()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    QFETCH(int, status);
    ScriptedServer server;
    StartFixture f(pooled, server.url());
    // On an open connection the start request is sent in time even on a slow machine.
    f.client.start(1, call("a"));
    WAIT_RESULT(f, 1);
    server.setDefault(script);
    f.client.start(2, call("a", pooled ? 200ms : 1000ms));
    WAIT_RESULT(f, 2);
    const StartResult result = f.results.value(2);
    QCOMPARE(result.fate, Fate::Unknown);
    QCOMPARE(result.proxyStatus, "http_response_timeout");
    QCOMPARE(result.status, status);
    QCOMPARE(server.arrivalCount(), 2);
    QTRY_COMPARE(server.openConnections(), 0);  // the upstream's connection is free again
}

void TestUpstreamFaults::refused()
{
    QFETCH(bool, pooled);
    QUrl url(QStringLiteral("http://127.0.0.1/start"));
    url.setPort(ScriptedServer::unusedPort());
    StartFixture f(pooled, url);
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "connection_refused");
}

/// Connecting to 255.255.255.255 fails at once, inside connect().
void TestUpstreamFaults::noRoute()
{
    QFETCH(bool, pooled);
    StartFixture f(pooled, QUrl(QStringLiteral("http://255.255.255.255:9/start")));
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    QCOMPARE(f.results.value(1).fate, Fate::NotStarted);
    QVERIFY(f.results.value(1).unreachable);
    QVERIFY(!f.results.value(1).proxyStatus.isEmpty());
}

void TestUpstreamFaults::unknownName()
{
    QFETCH(bool, pooled);
    StartFixture f(pooled, QUrl(QStringLiteral("http://no-such-name.invalid/start")));
    f.client.start(1, call());
    QVERIFY(f.results.isEmpty());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "dns_error");
}

void TestUpstreamFaults::noConnectionInTime()
{
    QFETCH(bool, pooled);
    const test::FullBacklog deaf;
    StartFixture f(pooled, deaf.url());
    f.client.start(1, call("a", 300ms));
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "connection_timeout");
}

void TestUpstreamFaults::answerBeyondTheLimit_data()
{
    QTest::addColumn<bool>("pooled");
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const Script &script, const Script &forStock = {}) {
        for (const bool pooled : {true, false})
            QTest::addRow("%s, %s", name, pooled ? "pooled" : "stock")
                << pooled << (pooled || forStock.empty() ? script : forStock);
    };
    const QByteArray block(64 * 1024, ' ');
    row("announced", {ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"),
                      ScriptedServer::flood(block)});
    row("until closed", {ScriptedServer::write("HTTP/1.1 200 OK\r\n\r\n"), ScriptedServer::flood(block)});
    row("chunked",
        {ScriptedServer::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
         ScriptedServer::flood("10000\r\n" + block + "\r\n")},
        // A limited number of bytes, because Qt's manager decodes an endless flood in its thread. That may
        // take longer than a start request may.
        {ScriptedServer::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
         ScriptedServer::write(QByteArray("10000\r\n" + block + "\r\n").repeated(50))});
    row("one byte too much",
        say(ScriptedServer::answer(200, kRunning + QByteArray(100'001 - kRunning.size(), ' '))));
}

void TestUpstreamFaults::answerBeyondTheLimit()
{
    QFETCH(bool, pooled);
    QFETCH(Script, script);
    ScriptedServer server;
    server.setDefault(script);
    UpstreamClient::Limits limits;
    limits.maxAnswerBytes = 100'000;
    StartFixture f(pooled, server.url(), limits);
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    const StartResult result = f.results.value(1);
    QCOMPARE(result.fate, Fate::Unknown);
    QCOMPARE(result.status, 200);
    QCOMPARE(result.proxyStatus, "http_response_body_size");
    QVERIFY(result.body.isEmpty());
    QCOMPARE(server.arrivalCount(), 1);
    if (script.size() > 1)  // the client closes the endless response
        QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, 30'000);
    // These bytes include the system's buffers on both sides. The stock manager reads ahead in its thread.
    if (pooled)
        QVERIFY2(server.bytesTaken() < 64 * 1024 * 1024, qPrintable(QString::number(server.bytesTaken())));
}

/// 50 MB of blanks, compressed to 50 KB. The client does not decompress the body, so it needs no more memory.
/// (`deflate` is the zlib format, RFC 9110, section 8.4.1.2.)
void TestUpstreamFaults::compressedBombIsNotUnpacked()
{
    QFETCH(bool, pooled);
    const QByteArray bomb = qCompress(QByteArray(50'000'000, ' '), 9).sliced(4);
    QVERIFY(bomb.size() < 100'000);
    ScriptedServer server;
    server.setDefault(say(ScriptedServer::answer(200, bomb, "Content-Encoding: deflate\r\n")));
    StartFixture f(pooled, server.url());
    f.client.start(1, call());
    WAIT_RESULT(f, 1);
    QCOMPARE(server.arrivals().first().field("Accept-Encoding"), "identity");
    QCOMPARE(f.results.value(1).fate, Fate::Unknown);
    QCOMPARE(f.results.value(1).proxyStatus, "http_protocol_error");
    QVERIFY(f.results.value(1).body == bomb);
}

/// A third of the connections end without a response, and a third end after it. No request arrives twice.
void TestUpstreamFaults::manyAtOnceEachExactlyOnce()
{
    QFETCH(bool, pooled);
    constexpr int kStarts = 300;
    ScriptedServer server;
    for (int i = 0; i < kStarts; ++i) {
        server.enqueue(i % 3 == 0   ? Script{ScriptedServer::close()}
                       : i % 3 == 1 ? sayAndClose(ScriptedServer::answer(200, kRunning))
                                    : say(ScriptedServer::answer(200, kRunning)));
    }
    StartFixture f(pooled, server.url());
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

HOLDLINE_TEST(TestUpstreamFaults)
#include "tst_upstreamfaults.moc"
