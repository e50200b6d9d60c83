// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with an upstream that misbehaves by script. Tests the responses, and the number of POST
// requests per job.
#include "tests/support/asking.h"
#include "tests/support/processstatus.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

#include <zlib.h>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

using Script = ScriptedServer::Script;

namespace {

/// Returns a configuration with a deadline so long that it ends no request, unless the test sends Prefer:
/// wait.
Config patientConfig()
{
    Config config = WholeService::quietConfig();
    config.hold.deadline = 5min;
    config.hold.maxDeadline = 5min;
    return config;
}

Config hastyConfig()
{
    Config config = patientConfig();
    config.hold.deadline = 300ms;
    return config;
}

QString code(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body)[u"code"_s].toString();
}

QByteArray acceptedStart()
{
    return ScriptedServer::answer(200, QByteArray(R"({"state":"running","id":")") + kScriptedId + R"("})");
}

void addBrokenAnswers()
{
    using S = ScriptedServer;
    QTest::addColumn<Script>("script");
    QTest::addColumn<QByteArray>("proxyStatus");
    const auto row = [](const char *name, const Script &script, const char *proxyStatus) {
        QTest::newRow(name) << script << QByteArray("holdline; error=") + proxyStatus;
    };
    row("closes before answering", {S::close()}, "connection_terminated");
    row("resets before answering", {S::reset()}, "connection_terminated");
    row("garbage", {S::write("\x16\x03\x01 garbage\r\n\r\n"), S::close()}, "http_protocol_error");
    row("half a head", {S::write("HTTP/1.1 200 OK\r\nContent-Le"), S::close()}, "http_response_incomplete");
    row("half a body", {S::write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"state\":"), S::close()},
        "http_response_incomplete");
    row("half a chunked body",
        {S::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"state\":\r\n"), S::close()},
        "http_response_incomplete");
    row("half a body, then a reset",
        {S::write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"state\":"), S::reset()},
        "http_response_incomplete");
    row("not JSON", {S::write(S::answer(200, "<html>It works!</html>"))}, "http_protocol_error");
    row("no id", {S::write(S::answer(200, R"({"state":"running"})"))}, "http_protocol_error");
    row("two lengths",
        {S::write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), S::close()},
        "http_protocol_error");
}

/// Returns 100 MB of zeros, compressed to about 100 KB.
QByteArray gzipBomb()
{
    QByteArray packed(1024 * 1024, Qt::Uninitialized);
    const QByteArray zeros(1024 * 1024, '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    for (int i = 0; i < 100; ++i) {
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(zeros.constData()));
        stream.avail_in = static_cast<uInt>(zeros.size());
        deflate(&stream, i == 99 ? Z_FINISH : Z_NO_FLUSH);
    }
    packed.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

}  // namespace

class TestUpstreamCases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callbackAnswersAStartOfUnknownFate_data() { addBrokenAnswers(); }
    void callbackAnswersAStartOfUnknownFate();
    void withoutACallbackItIsStartUnknown_data() { addBrokenAnswers(); }
    void withoutACallbackItIsStartUnknown();
    void closesAReusedConnection_data();
    void closesAReusedConnection();
    void hangFreesTheLaneAtTheDeadline();
    void unreachableIs502_data();
    void unreachableIs502();
    void redirectIsNotFollowed_data();
    void redirectIsNotFollowed();
    void endlessAnswerIsCut_data();
    void endlessAnswerIsCut();
    void thirtySlowStartsInParallel();
    void callbackNeverComes();
    void lateCallbackKeepsTheOneAnswer();
    void twoCallbacksAtTheSameMoment();
    void badCallbacksLeaveTheJobPending_data();
    void badCallbacksLeaveTheJobPending();
};

/// The job may have been started, so it is not posted again, and its callback is accepted.
void TestUpstreamCases::callbackAnswersAStartOfUnknownFate()
{
    QFETCH(Script, script);
    ScriptedServer upstream;
    upstream.setDefault(script);
    WholeService world(upstream.url(), patientConfig());
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(world.metric("holdline_upstream_starts_total{fate=\"unknown\"}"), 1.0);
    QCOMPARE(client.answerCount(), 0);
    QCOMPARE(postCallback(upstream.arrivals().first()).body, QByteArray(R"({"callback":"matched"})"));
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(client.answers().front().body, result());
    QCOMPARE(upstream.arrivalCount(), 1);
}

void TestUpstreamCases::withoutACallbackItIsStartUnknown()
{
    QFETCH(Script, script);
    QFETCH(QByteArray, proxyStatus);
    ScriptedServer upstream;
    upstream.setDefault(script);
    WholeService world(upstream.url(), hastyConfig());
    const RawAnswer answer = ask(world.port(), startRequest("acme"));
    QCOMPARE(answer.status, 504);
    QCOMPARE(code(answer), u"start_unknown"_s);
    QCOMPARE(answer.headers.value("Content-Type"), QByteArray("application/problem+json"));
    QCOMPARE(answer.headers.value("Proxy-Status"), proxyStatus);
    QCOMPARE(QJsonDocument::fromJson(answer.body)[u"job"_s].toString().toLatin1(),
             answer.headers.value("Holdline-Job"));
    QCOMPARE(upstream.arrivalCount(), 1);
    QCOMPARE(postCallback(upstream.arrivals().first()).body, QByteArray(R"({"callback":"late"})"));
}

void TestUpstreamCases::closesAReusedConnection_data()
{
    QTest::addColumn<Script>("script");
    QTest::newRow("FIN") << Script{ScriptedServer::close()};
    QTest::newRow("RST") << Script{ScriptedServer::reset()};
}

void TestUpstreamCases::closesAReusedConnection()
{
    QFETCH(Script, script);
    ScriptedServer upstream;
    upstream.enqueue({ScriptedServer::write(acceptedStart())});
    upstream.enqueue(script);
    WholeService world(upstream.url(), patientConfig());
    for (int i = 0; i < 3; ++i) {
        RawHttpClient client(world.port());
        client.send(startRequest("acme"));
        QTRY_COMPARE(upstream.arrivalCount(), i + 1);
        QCOMPARE(postCallback(upstream.arrivals().at(i)).status, 200);
        QTRY_COMPARE(client.status(), 200);
    }
    QCOMPARE(upstream.arrivals().at(1).connection, 1);
    QCOMPARE(upstream.arrivals().at(2).connection, 2);

    // The same applies to a connection that is closed while it is idle.
    upstream.closeAll();
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(upstream.arrivalCount(), 4);
    QCOMPARE(postCallback(upstream.arrivals().at(3)).status, 200);
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(upstream.arrivalCount(), 4);
}

void TestUpstreamCases::hangFreesTheLaneAtTheDeadline()
{
    ScriptedServer upstream;
    upstream.enqueue({ScriptedServer::hold()});
    WholeService world(upstream.url(), patientConfig());
    RawHttpClient first(world.port());
    first.send(startRequest("acme", "Prefer: wait=1\r\n"));
    QTRY_COMPARE(upstream.holding(), 1);
    RawHttpClient second(world.port());
    second.send(startRequest("acme"));
    QTRY_COMPARE(world.heldCount(), 2);
    QCOMPARE(upstream.arrivalCount(), 1);

    QTRY_COMPARE(first.status(), 504);
    QCOMPARE(code(first.answers().front()), u"start_unknown"_s);
    QTRY_COMPARE(upstream.arrivalCount(), 2);
    QCOMPARE(postCallback(upstream.arrivals().last()).status, 200);
    QTRY_COMPARE(second.status(), 200);
}

void TestUpstreamCases::unreachableIs502_data()
{
    QTest::addColumn<QUrl>("url");
    QTest::addColumn<QByteArray>("proxyStatus");
    QTest::newRow("refused") << QUrl(u"http://127.0.0.1:%1/start"_s.arg(ScriptedServer::unusedPort()))
                             << QByteArray("connection_refused");
    QTest::newRow("no such name") << QUrl(u"http://name.invalid/start"_s) << QByteArray("dns_error");
    QTest::newRow("no route") << QUrl(u"http://255.255.255.255/start"_s)
                              << QByteArray("destination_ip_unroutable");
}

/// The response comes long before the deadline, which is minutes away.
void TestUpstreamCases::unreachableIs502()
{
    QFETCH(QUrl, url);
    QFETCH(QByteArray, proxyStatus);
    Config config = patientConfig();
    config.retry.attempts = 2;
    WholeService world(url, config);
    const RawAnswer answer = ask(world.port(), startRequest("acme"));
    QCOMPARE(answer.status, 502);
    QCOMPARE(code(answer), u"upstream_unreachable"_s);
    const QByteArray status = answer.headers.value("Proxy-Status");
    QVERIFY2(status == "holdline; error=" + proxyStatus, status.constData());
    QCOMPARE(world.heldCount(), 0);
}

void TestUpstreamCases::redirectIsNotFollowed_data()
{
    QTest::addColumn<int>("status");
    for (const int status : {301, 302, 303, 307, 308})
        QTest::newRow(QByteArray::number(status).constData()) << status;
}

void TestUpstreamCases::redirectIsNotFollowed()
{
    QFETCH(int, status);
    ScriptedServer elsewhere;
    ScriptedServer upstream;
    upstream.setDefault({ScriptedServer::write(
        ScriptedServer::answer(status, "", "Location: " + elsewhere.url().toEncoded() + "\r\n"))});
    WholeService world(upstream.url(), patientConfig());
    const RawAnswer answer = ask(world.port(), startRequest("acme"));
    QCOMPARE(answer.status, 502);
    QCOMPARE(code(answer), u"upstream_error"_s);
    QCOMPARE(upstream.arrivalCount(), 1);
    QCOMPARE(elsewhere.accepted(), 0);
}

void TestUpstreamCases::endlessAnswerIsCut_data()
{
    using S = ScriptedServer;
    QTest::addColumn<Script>("script");
    const QByteArray much(64 * 1024, 'x');
    QTest::newRow("1 GB announced") << Script{
        S::write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"), S::flood(much)};
    QTest::newRow("to the end of the connection")
        << Script{S::write("HTTP/1.1 200 OK\r\n\r\n"), S::flood(much)};
    QTest::newRow("chunked") << Script{S::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                                       S::flood("10000\r\n" + much + "\r\n")};
    QTest::newRow("endless field") << Script{S::write("HTTP/1.1 200 OK\r\nX: "), S::flood(much)};
    QTest::newRow("endless interim answers") << Script{S::flood("HTTP/1.1 100 Continue\r\n\r\n")};
    QTest::newRow("gzip bomb") << Script{S::write(S::answer(200, gzipBomb(), "Content-Encoding: gzip\r\n"))};
}

void TestUpstreamCases::endlessAnswerIsCut()
{
    QFETCH(Script, script);
    ScriptedServer upstream;
    WholeService world(upstream.url(), patientConfig());
    upstream.setDefault(script);
    const qint64 memory = processKib("VmRSS");
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE_WITH_TIMEOUT(world.metric("holdline_upstream_starts_total{fate=\"unknown\"}"), 1.0, 30'000);
    // The limit is 1 MiB. The other bytes are in the system's buffers.
    QVERIFY2(upstream.bytesTaken() < 32 * 1024 * 1024, qPrintable(QString::number(upstream.bytesTaken())));
    if (!hasShadowMemory()) {
        const qint64 grown = processKib("VmRSS") - memory;
        QVERIFY2(grown < 24 * 1024, qPrintable(u"%1 KiB more"_s.arg(grown)));
    }
    QCOMPARE(client.answerCount(), 0);
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(upstream.arrivalCount(), 1);
}

void TestUpstreamCases::thirtySlowStartsInParallel()
{
    ScriptedServer upstream;
    upstream.setDefault({ScriptedServer::hold(), ScriptedServer::write(acceptedStart())});
    WholeService world(upstream.url(), patientConfig());
    std::vector<std::unique_ptr<RawHttpClient>> clients;
    for (int i = 0; i < 30; ++i) {
        clients.push_back(std::make_unique<RawHttpClient>(world.port()));
        clients.back()->send(startRequest("account " + QByteArray::number(i)));
    }
    QTRY_COMPARE(upstream.holding(), 30);
    upstream.releaseAll();
    for (int i = 0; i < 30; ++i)
        QCOMPARE(postCallback(upstream.arrivals().at(i)).status, 200);
    for (const auto &client : clients)
        QTRY_COMPARE(client->status(), 200);
}

void TestUpstreamCases::callbackNeverComes()
{
    ScriptedServer upstream;
    WholeService world(upstream.url(), hastyConfig());
    const RawAnswer answer = ask(world.port(), startRequest("acme"));
    QCOMPARE(answer.status, 504);
    QCOMPARE(code(answer), u"callback_timeout"_s);
    QVERIFY(!answer.headers.value("Holdline-Job").isEmpty());
    QCOMPARE(QJsonDocument::fromJson(answer.body)[u"job"_s].toString().toLatin1(),
             answer.headers.value("Holdline-Job"));
    QCOMPARE(postCallback(upstream.arrivals().first()).body, QByteArray(R"({"callback":"late"})"));
    QCOMPARE(postCallback(upstream.arrivals().first()).body, QByteArray(R"({"callback":"duplicate"})"));
    QCOMPARE(world.metric("holdline_callbacks_total{result=\"late\"}"), 1.0);
}

/// After the 504 the connection stays usable. The late callback sends nothing on it.
void TestUpstreamCases::lateCallbackKeepsTheOneAnswer()
{
    ScriptedServer upstream;
    WholeService world(upstream.url(), hastyConfig());
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(client.status(), 504);
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
    client.send(RawHttpClient::get("/nothing"));
    QTRY_COMPARE(client.answerCount(), 2);
    QCOMPARE(client.status(1), 404);
}

void TestUpstreamCases::twoCallbacksAtTheSameMoment()
{
    ScriptedServer upstream;
    WholeService world(upstream.url(), patientConfig());
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    const QByteArray request =
        RawHttpClient::post(callbackOf(upstream.arrivals().first()).path().toLatin1(), result());
    RawHttpClient one(world.port());
    RawHttpClient two(world.port());
    one.send(request);
    two.send(request);
    QTRY_VERIFY(one.answerCount() == 1 && two.answerCount() == 1);
    QByteArrayList words{one.answers().front().body, two.answers().front().body};
    std::sort(words.begin(), words.end());
    QCOMPARE(words, QByteArrayList({R"({"callback":"duplicate"})", R"({"callback":"matched"})"}));
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(client.answerCount(), 1);
}

void TestUpstreamCases::badCallbacksLeaveTheJobPending_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::newRow("not JSON") << QByteArray("{") << 400;
    QTest::newRow("wrong type") << QByteArray("[]") << 400;
    QTest::newRow("id is a number") << QByteArray(R"({"id":1,"state":"completed"})") << 400;
    QTest::newRow("not final") << QByteArray(R"({"id":"4499a6e0c2ef4b98","state":"running"})") << 200;
    QTest::newRow("empty") << QByteArray("") << 400;
    QTest::newRow("10 MB") << QByteArray(10'000'000, ' ') << 413;
    QTest::newRow("another job's id") << result("1111111111111111") << 409;
}

void TestUpstreamCases::badCallbacksLeaveTheJobPending()
{
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    ScriptedServer upstream;
    WholeService world(upstream.url(), patientConfig());
    RawHttpClient client(world.port());
    client.send(startRequest("acme"));
    QTRY_COMPARE(world.metric("holdline_upstream_starts_total{fate=\"accepted\"}"), 1.0);
    QCOMPARE(postCallback(upstream.arrivals().first(), body).status, status);
    QCOMPARE(client.answerCount(), 0);
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(client.answers().front().body, result());
}

HOLDLINE_TEST(TestUpstreamCases)
#include "tst_upstreamcases.moc"
