// SPDX-License-Identifier: GPL-3.0-or-later
// The program holdline: its command line, its addresses, its admin pages and its HTTP responses.
#include "core/config/options.h"
#include "tests/support/asking.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

QStringList commandLine(const QStringList &arguments)
{
    return QStringList{QStringLiteral(HOLDLINE_PROGRAM)} + arguments;
}

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

}  // namespace

class TestHoldline : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void help();
    void version();
    void badFlags_data();
    void badFlags();
    void badConfigurationNamesFileLineAndKey();
    void checkConfig();
    void routesInWords();
    void tools();
    void printConfig();
    void eventLoop_data();
    void eventLoop();
    void portTaken();
    void moreThreadsThanDescriptorsAllow();
    void listens_data();
    void listens();
    void adminPages();
    void adminOff();
    void adminHasNothingElse();
    void curlAsInTheReadme();
    void requestIdIsEchoed();
    void preferWait();
    void otherMembersTravelUntouched();
    void badTextsNeverReachTheUpstream();
    void passesThroughWhatDoesNotWait();
    void oneLineForEachRequest();
};

void TestHoldline::help()
{
    Program program(commandLine({u"--help"_s}));
    QCOMPARE(program.run(), 0);
    QVERIFY(program.err().isEmpty());
    for (const holdline::Option &option : holdline::options())
        QVERIFY2(program.out().contains("--" + QByteArray(option.flag.data(), option.flag.size())),
                 option.flag.data());
}

void TestHoldline::version()
{
    Program program(commandLine({u"--version"_s}));
    QCOMPARE(program.run(), 0);
    QCOMPARE(program.out(), QByteArray("holdline " HOLDLINE_VERSION "\n"));
    QVERIFY(program.err().isEmpty());
}

void TestHoldline::badFlags_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("unknown") << QStringList{u"--lisen"_s, u"127.0.0.1:1"_s} << QByteArray("--listen");
    QTest::newRow("no value") << QStringList{u"--listen"_s} << QByteArray("--listen");
    QTest::newRow("wrong value") << QStringList{u"--deadline"_s, u"soon"_s} << QByteArray("--deadline");
    QTest::newRow("out of range") << QStringList{u"--max-held=0"_s} << QByteArray("--max-held");
    QTest::newRow("argument") << QStringList{u"start"_s} << QByteArray("start");
}

void TestHoldline::badFlags()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, named);
    Program program(commandLine(arguments));
    QCOMPARE(program.run(), 64);
    QVERIFY(program.out().isEmpty());
    QVERIFY2(program.err().contains(named), program.err().constData());
}

void TestHoldline::badConfigurationNamesFileLineAndKey()
{
    Program program(commandLine({u"--config"_s, u"holdline.toml"_s}));
    program.writeFile(u"holdline.toml"_s,
                      "[hold]\ndeadline = \"1s\"\nmax_deadlines = \"2s\"\nheld = \"many\"\n");
    QCOMPARE(program.run(), 78);
    QVERIFY(program.out().isEmpty());
    QVERIFY2(program.err().contains("holdline.toml:3") && program.err().contains("hold.max_deadlines"),
             program.err().constData());
    QVERIFY2(program.err().contains("holdline.toml:4") && program.err().contains("hold.held"),
             program.err().constData());
}

void TestHoldline::checkConfig()
{
    Program good(commandLine({u"--check-config"_s, u"--config"_s, u"a.toml"_s}));
    good.writeFile(u"a.toml"_s, "[hold]\ndeadline = \"1s\"\n");
    QCOMPARE(good.run(), 0);

    Program bad(commandLine({u"--check-config"_s, u"--config"_s, u"a.toml"_s}));
    bad.writeFile(u"a.toml"_s, "[hold]\ndeadline = 1\n");
    QCOMPARE(bad.run(), 78);
    QVERIFY2(bad.err().contains("a.toml:2"), bad.err().constData());

    Program noFile(commandLine({u"--check-config"_s, u"--upstream-ca-file"_s, u"/no/such/file"_s}));
    QCOMPARE(noFile.run(), 78);
    QVERIFY2(noFile.err().contains("upstream.ca_file: /no/such/file"), noFile.err().constData());
}

void TestHoldline::routesInWords()
{
    Program program(commandLine(
        {u"--check-config"_s, u"--profile"_s, u"openfaas"_s, u"--upstream"_s, u"http://gateway"_s}));
    QCOMPARE(program.run(), 0);
    QVERIFY2(program.out().contains("Route openfaas: POST on every path goes to http://gateway."),
             program.out().constData());
}

void TestHoldline::tools()
{
    Program list(commandLine({u"profiles"_s}));
    QCOMPARE(list.run(), 0);
    QVERIFY2(list.out().contains("openfaas"), list.out().constData());
    Program unknown(commandLine({u"profiles"_s, u"nothing"_s}));
    QCOMPARE(unknown.run(), 64);
    QVERIFY(unknown.out().isEmpty());

    const QStringList explain{u"explain"_s,    u"--profile"_s,      u"openfaas"_s,
                              u"--upstream"_s, u"http://gateway"_s, u"request"_s};
    Program taken(commandLine(explain));
    taken.writeFile(u"request"_s, "POST /async-function/x HTTP/1.1\n\nhi");
    QCOMPARE(taken.run(), 0);
    QVERIFY2(taken.out().toLower().contains("x-callback-url: http://"), taken.out().constData());
    // A refused request is a result of the tool, not an error of the tool.
    Program refused(commandLine(explain));
    refused.writeFile(u"request"_s, "GET /async-function/x HTTP/1.1\n\n");
    QCOMPARE(refused.run(), 1);
    QVERIFY2(refused.out().contains("405"), refused.out().constData());
    QVERIFY(refused.err().isEmpty());
}

/// The precedence is flag, environment, .env, file, default. The printed configuration can be read back.
void TestHoldline::printConfig()
{
    Program program(commandLine({u"--print-config"_s, u"--config"_s, u"a.toml"_s, u"--max-held"_s, u"11"_s}));
    program.setEnvironment(u"HOLDLINE_MAX_HELD"_s, u"12"_s);
    program.setEnvironment(u"HOLDLINE_LANE_LENGTH"_s, u"21"_s);
    program.writeFile(u".env"_s, "HOLDLINE_LANE_LENGTH=22\nHOLDLINE_DEADLINE=31s\n");
    program.writeFile(u"a.toml"_s, "[hold]\ndeadline = \"32s\"\ndrain_timeout = \"41s\"\n");
    QCOMPARE(program.run(), 0);
    for (const char *line :
         {"held = 11", "lane_length = 21", "deadline = \"31s\"", "drain_timeout = \"41s\""})
        QVERIFY2(program.out().contains(line), program.out().constData());

    Program again(commandLine({u"--print-config"_s, u"--config"_s, u"printed.toml"_s}));
    again.writeFile(u"printed.toml"_s, program.out());
    QCOMPARE(again.run(), 0);
    QVERIFY(again.out().contains("drain_timeout = \"41s\""));
}

void TestHoldline::portTaken()
{
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    const QString address = u"127.0.0.1:%1"_s.arg(taken.serverPort());
    Program program(commandLine({u"--listen"_s, address, u"--admin-listen"_s, u"off"_s}));
    QCOMPARE(program.run(), 69);
    QVERIFY2(program.err().contains(address.toUtf8()), program.err().constData());

    Program admin(commandLine({u"--listen"_s, u"127.0.0.1:0"_s, u"--admin-listen"_s, address}));
    QCOMPARE(admin.run(), 69);
    QVERIFY2(admin.err().contains(address.toUtf8()), admin.err().constData());
}

void TestHoldline::moreThreadsThanDescriptorsAllow()
{
    Program program(QStringList{u"sh"_s, u"-c"_s, u"ulimit -n 100; exec \"$0\" \"$@\""_s} +
                    commandLine({u"--listen"_s, u"127.0.0.1:0"_s, u"--threads"_s, u"64"_s}));
    QCOMPARE(program.run(), 69);
    QVERIFY2(program.err().contains("too few open files are allowed for 64 threads"),
             program.err().constData());
}

void TestHoldline::eventLoop_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<bool>("isEpoll");
    const QStringList holdline{QStringLiteral(HOLDLINE_PROGRAM), u"--listen"_s, u"127.0.0.1:0"_s,
                               u"--admin-listen"_s, u"off"_s};
    QTest::newRow("holdline") << holdline << true;
    QTest::newRow("holdline, epoll") << holdline + QStringList{u"--event-loop=epoll"_s} << true;
    QTest::newRow("holdline, qt") << holdline + QStringList{u"--event-loop=qt"_s} << false;
    QTest::newRow("jobserver") << QStringList{QStringLiteral(JOBSERVER_PROGRAM), u"--listen"_s,
                                              u"127.0.0.1:0"_s}
                               << true;
}

/// The program must use the event loop that the flag names.
void TestHoldline::eventLoop()
{
    QFETCH(QStringList, command);
    QFETCH(bool, isEpoll);
    Program program(command);
    program.start();
    QTRY_VERIFY((program.err() + program.out()).contains("istening"));
    QCOMPARE(program.descriptors().contains(u"anon_inode:[eventpoll]"_s), isEpoll);
    program.send(SIGTERM);
    QVERIFY(program.waitForEnd());
    QCOMPARE(program.exitCode(), 0);
}

void TestHoldline::listens_data()
{
    QTest::addColumn<QString>("host");
    QTest::newRow("IPv4") << u"127.0.0.1"_s;
    if (QTcpServer server; server.listen(QHostAddress::LocalHostIPv6))
        QTest::newRow("IPv6") << u"[::1]"_s;
}

/// Clients, callbacks and the log must agree on the listen address.
void TestHoldline::listens()
{
    QFETCH(QString, host);
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()}, {}, host);
    QVERIFY2(program.startListening(), program.err().constData());

    QTcpSocket client;
    client.connectToHost(QHostAddress(QString(host).remove(u'[').remove(u']')), program.port());
    client.write(startRequest("acme"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    const QUrl callback = callbackOf(upstream.arrivals().first());
    QCOMPARE(callback.authority(), u"%1:%2"_s.arg(host).arg(program.port()));

    QTcpSocket caller;
    caller.connectToHost(callback.host(), static_cast<quint16>(callback.port()));
    caller.write(RawHttpClient::post(callback.path().toLatin1(), result()));
    QTRY_VERIFY(client.peek(64 * 1024).endsWith(result()));
    QVERIFY(client.readAll().startsWith("HTTP/1.1 200 "));
}

void TestHoldline::adminPages()
{
    HoldlineProgram program({});
    QVERIFY2(program.startListening(), program.err().constData());
    QCOMPARE(program.admin("/livez"), QByteArray("ok\n"));
    QCOMPARE(json(program.admin("/readyz")), QJsonObject({{u"ready"_s, true}}));
    const QJsonObject version = json(program.admin("/version"));
    QCOMPARE(version[u"name"_s].toString(), u"holdline"_s);
    QCOMPARE(version[u"version"_s].toString(), QStringLiteral(HOLDLINE_VERSION));
    QCOMPARE(version[u"qt"_s].toString(), QString::fromLatin1(qVersion()));

    ask(program.port(), RawHttpClient::post("/start", "{"));
    const RawAnswer metrics = ask(program.adminPort(), RawHttpClient::get("/metrics"));
    QCOMPARE(metrics.status, 200);
    QCOMPARE(metrics.headers.value("Content-Type"), QByteArray("text/plain; version=0.0.4; charset=utf-8"));
    QCOMPARE(metricIn(metrics.body, "holdline_requests_total{outcome=\"invalid_json\"}"), 1.0);
    QCOMPARE(metricIn(metrics.body, "holdline_requests_held"), 0.0);
    QCOMPARE(metricIn(metrics.body, "holdline_draining"), 0.0);
    QCOMPARE(metricIn(metrics.body, "holdline_reloads_total{result=\"taken\"}"), 0.0);
    QVERIFY(metrics.body.contains("# TYPE holdline_request_duration_seconds histogram\n"));
    QVERIFY(metrics.body.contains("version=\"" HOLDLINE_VERSION "\""));
}

void TestHoldline::adminOff()
{
    Program program(commandLine({u"--listen"_s, u"127.0.0.1:0"_s, u"--admin-listen"_s, u"off"_s}));
    program.start();
    QTRY_VERIFY(!program.logged(u"for clients on \\S*:(\\d+)"_s).isEmpty());
    QVERIFY2(!program.err().contains("administration"), program.err().constData());
    const quint16 port = program.logged(u"for clients on \\S*:(\\d+)"_s).toUShort();
    // The public listener must not serve the admin pages.
    for (const char *path : {"/metrics", "/livez", "/readyz", "/version"})
        QCOMPARE(ask(port, RawHttpClient::get(path)).status, 404);
    QCOMPARE(ask(port, RawHttpClient::post("/start", "{")).status, 400);
}

void TestHoldline::adminHasNothingElse()
{
    HoldlineProgram program({});
    QVERIFY2(program.startListening(), program.err().constData());
    for (const char *path : {"/", "/start", "/callback/x", "/../../etc/passwd", "/%00"})
        QCOMPARE(ask(program.adminPort(), RawHttpClient::get(path)).status, 404);
    const RawAnswer post = ask(program.adminPort(), RawHttpClient::post("/metrics", "{}"));
    QCOMPARE(post.status, 405);
    QVERIFY(post.headers.value("Allow").contains("GET"));
}

void TestHoldline::curlAsInTheReadme()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    RawHttpClient curl(program.port());
    const QByteArray body = R"({"account":"acme","wait":true})";
    curl.send(
        "POST /start HTTP/1.1\r\nHost: 127.0.0.1:3738\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
        "Content-Length: " +
        QByteArray::number(body.size()) + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" +
        body);
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    QCOMPARE(postCallback(upstream.arrivals().first()).body, QByteArray(R"({"callback":"matched"})"));
    QTRY_COMPARE(curl.status(), 200);
    const RawAnswer answer = curl.answers().front();
    QCOMPARE(answer.body, result());
    QVERIFY(!answer.headers.value("Holdline-Job").isEmpty());
    const QByteArray timing = answer.headers.value("Server-Timing");
    for (const char *phase : {"queue;dur=", "start;dur=", "job;dur=", "total;dur="})
        QVERIFY2(timing.contains(phase), timing.constData());
}

void TestHoldline::requestIdIsEchoed()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    RawHttpClient client(program.port());
    client.send(startRequest("acme",
                             "X-Request-Id: mine-1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-"
                             "b7ad6b7169203331-01\r\n"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    const ScriptedServer::Arrival start = upstream.arrivals().first();
    QCOMPARE(start.field("X-Request-Id"), QByteArray("mine-1"));
    QCOMPARE(start.field("traceparent"),
             QByteArray("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    QCOMPARE(postCallback(start).status, 200);
    QTRY_COMPARE(client.status(), 200);
    QCOMPARE(client.answers().front().headers.value("X-Request-Id"), QByteArray("mine-1"));

    // Refused requests get a request id too.
    QVERIFY(!ask(program.port(), RawHttpClient::post("/start", "{")).headers.value("X-Request-Id").isEmpty());
}

void TestHoldline::preferWait()
{
    ScriptedServer upstream;
    HoldlineProgram program(
        {u"--upstream"_s, upstream.url().toString(), u"--deadline"_s, u"1h"_s, u"--max-deadline"_s, u"1h"_s});
    QVERIFY2(program.startListening(), program.err().constData());
    const RawAnswer answer = ask(program.port(), startRequest("acme", "Prefer: wait=1\r\n"));
    QCOMPARE(answer.status, 504);
    QCOMPARE(json(answer.body)[u"code"_s].toString(), u"callback_timeout"_s);
}

void TestHoldline::otherMembersTravelUntouched()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    RawHttpClient client(program.port());
    const QByteArray before =
        R"({ "big" : 9007199254740993, "huge":1e400, "b":[1.10 , -0.0], "account":"a\u00e9",)";
    const QByteArray after = R"("z":{"wait":true, "account":"inner"}, "\ud83d\ude00":null })";
    client.send(RawHttpClient::post("/start", before + R"("wait":true,)" + after));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    const ScriptedServer::Arrival start = upstream.arrivals().first();
    QVERIFY2(start.body.startsWith(before), start.body.constData());
    QVERIFY2(start.body.contains(R"("z":{"wait":true, "account":"inner"}, "\ud83d\ude00":null)"),
             start.body.constData());
    QVERIFY2(start.body.contains(R"("wait":false)"), start.body.constData());
    QCOMPARE(postCallback(start).status, 200);
    QTRY_COMPARE(client.status(), 200);
}

void TestHoldline::badTextsNeverReachTheUpstream()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    for (const QByteArray &body :
         {QByteArray(R"({"account":"a","account":"b"})"), QByteArray(R"({"account":"\ud800"})"),
          QByteArray("{\"account\":\"\xff\"}"), QByteArray(R"({"account":"a","n":NaN})"),
          QByteArray(R"({"account":"a","n":)") + QByteArray(100'000, '[') + QByteArray(100'000, ']') + '}'}) {
        const RawAnswer answer = ask(program.port(), RawHttpClient::post("/start", body));
        QVERIFY2(answer.status == 400, body.left(60).constData());
        QCOMPARE(json(answer.body)[u"code"_s].toString(), u"invalid_json"_s);
    }
    QCOMPARE(upstream.accepted(), 0);
}

void TestHoldline::passesThroughWhatDoesNotWait()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    const QByteArray body = R"({"account":"acme","wait":false,"callback":"http://client.example/done"})";
    const RawAnswer answer = ask(program.port(), RawHttpClient::post("/start", body));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, QByteArray(R"({"state":"running","id":"4499a6e0c2ef4b98"})"));
    QCOMPARE(upstream.arrivals().first().body, body);
}

void TestHoldline::oneLineForEachRequest()
{
    ScriptedServer upstream;
    HoldlineProgram program({u"--upstream"_s, upstream.url().toString()});
    QVERIFY2(program.startListening(), program.err().constData());
    RawHttpClient client(program.port());
    client.send(startRequest("secret-account"));
    QTRY_COMPARE(upstream.arrivalCount(), 1);
    const QByteArray token = callbackOf(upstream.arrivals().first()).fileName().toLatin1();
    QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
    QTRY_COMPARE(client.status(), 200);
    ask(program.port(), RawHttpClient::post("/start", R"({"account":""})"));
    QTRY_COMPARE(program.err().count("outcome="), 2);
    QCOMPARE(program.err().count("outcome=completed"), 1);
    QCOMPARE(program.err().count("outcome=missing_account"), 1);
    QVERIFY(program.err().contains(client.answers().front().headers.value("Holdline-Job")));
    // The log must contain neither bodies nor complete tokens.
    QVERIFY(!program.err().contains(token));
    QVERIFY(!program.err().contains("078DC9F28BA8C890DAAFE65945AF7B15A0519671"));
}

HOLDLINE_TEST(TestHoldline)
#include "tst_holdline.moc"
