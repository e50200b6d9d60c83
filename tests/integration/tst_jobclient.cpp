// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/descriptorlimit.h"
#include "core/wire/proofblock.h"
#include "service/jobclient/loadgenerator.h"
#include "service/jobserver/jobserver.h"
#include "tests/support/scriptedserver.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <algorithm>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kGoodBody =
    "{\"id\":\"4499a6e0c2ef4b98\",\"state\":\"completed\",\"startedAt\":"
    "\"2015-06-29T15:34:16.850Z\",\"proof\":\"078DC9F28BA8C890DAAFE65945AF7B15A0519671\"}";

JobServerOptions quick(std::chrono::milliseconds duration = 5ms)
{
    JobServerOptions options;
    options.duration = duration;
    options.seed = 7;
    options.secret = "secret";
    return options;
}

QUrl startUrl(const JobServer &server)
{
    QUrl url(u"http://127.0.0.1/start"_s);
    url.setPort(server.port());
    return url;
}

LoadOptions load(const QUrl &url, int jobs)
{
    LoadOptions options;
    options.url = url;
    options.jobs = jobs;
    return options;
}

/// Runs to the end; an empty report when that never comes.
Report run(const LoadOptions &options)
{
    LoadGenerator generator(options);
    QSignalSpy finished(&generator, &LoadGenerator::finished);
    generator.start();
    if (finished.isEmpty() && !finished.wait(60'000))
        return {};
    return generator.report();
}

struct Finished
{
    int code = -1;
    QByteArray out;
    QByteArray err;
};

Finished runProgram(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    QSignalSpy finished(&process, &QProcess::finished);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (finished.isEmpty() && !finished.wait(60'000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

Finished jobclient(const QStringList &arguments, const QByteArray &input = {})
{
    return runProgram(QStringLiteral(JOBCLIENT), arguments, input);
}

}  // namespace

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
    void rateIsKept();
    void durationsCountFromWhenAJobIsDue();

    void failures_data();
    void failures();
    void refused();
    void noSuchHost();
    void failuresDoNotStopTheOthers();
    void readsAnyFraming_data();
    void readsAnyFraming();
    void reconnectsAfterTheServerCloses();
    void sendsEachJobOnce();
    void triesEveryAddress();
    void thousandsAtOnce();

    void programPasses();
    void programFails();
    void programPrintsJson();
    void programVerifies();
    void programExitCodes_data();
    void programExitCodes();
    void serverProgram();
    void serverProgramExitCodes_data();
    void serverProgramExitCodes();
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
    // One after another: the last one waited for the 49 before it.
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

// One connection, a job every millisecond, 20 ms each: the tenth is 170 ms late before it is even sent.
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

void TestJobClient::failures_data()
{
    QTest::addColumn<ScriptedServer::Script>("script");
    QTest::addColumn<QByteArray>("word");
    const auto write = [](const QByteArray &bytes) { return ScriptedServer::write(bytes); };
    const QByteArray good = ScriptedServer::answer(200, kGoodBody);
    using Script = ScriptedServer::Script;
    QTest::newRow("503") << Script{write(ScriptedServer::answer(503, "{}"))} << "status_503"_ba;
    QTest::newRow("202") << Script{write(ScriptedServer::answer(202, "{}"))} << "status_202"_ba;
    QTest::newRow("307") << Script{write(ScriptedServer::answer(307, "", "Location: /x\r\n"))}
                         << "status_307"_ba;
    QTest::newRow("not JSON") << Script{write(ScriptedServer::answer(200, "<html>"))} << "bad_json"_ba;
    QTest::newRow("failed job") << Script{write(
                                       ScriptedServer::answer(200, "{\"id\":\"a\",\"state\":\"failed\"}"))}
                                << "not_completed"_ba;
    QTest::newRow("no proof") << Script{write(
                                     ScriptedServer::answer(200, "{\"id\":\"a\",\"state\":\"completed\"}"))}
                              << "bad_proof"_ba;
    QTest::newRow("not HTTP") << Script{write("\x16\x03\x01 hello\r\n\r\n"), ScriptedServer::close()}
                              << "bad_http"_ba;
    QTest::newRow("two lengths")
        << Script{write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")}
        << "bad_http"_ba;
    QTest::newRow("too large") << Script{write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")}
                               << "bad_http"_ba;
    QTest::newRow("closed") << Script{ScriptedServer::close()} << "closed"_ba;
    QTest::newRow("reset") << Script{ScriptedServer::reset()} << "closed"_ba;
    QTest::newRow("half") << Script{write(good.first(good.size() - 5)), ScriptedServer::close()}
                          << "closed"_ba;
    QTest::newRow("hangs") << Script{ScriptedServer::hold()} << "timeout"_ba;
    QTest::newRow("hangs in the middle")
        << Script{write(good.first(40)), ScriptedServer::hold()} << "timeout"_ba;
}

void TestJobClient::failures()
{
    QFETCH(ScriptedServer::Script, script);
    QFETCH(QByteArray, word);
    ScriptedServer server;
    server.setDefault(script);
    LoadOptions options = load(server.url(), 3);
    options.timeout = word == "timeout" ? 50ms : 30'000ms;
    const Report report = run(options);
    QCOMPARE(report.failed, 3);
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{word, 3}}));
    QVERIFY(!report.passed());
    QVERIFY(report.proofs.empty());
    QCOMPARE(server.arrivalCount(), 3);
}

void TestJobClient::refused()
{
    QTcpServer closed;
    QVERIFY(closed.listen(QHostAddress::LocalHost, 0));
    QUrl url(u"http://127.0.0.1/start"_s);
    url.setPort(closed.serverPort());
    closed.close();
    LoadOptions options = load(url, 10);
    options.concurrency = 2;
    const Report report = run(options);
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"connect_refused", 10}}));
    QCOMPARE(report.connections, 0);
}

void TestJobClient::noSuchHost()
{
    const Report report = run(load(QUrl(), 3));
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"connect_failed", 3}}));
    QVERIFY(!report.passed());
}

void TestJobClient::failuresDoNotStopTheOthers()
{
    JobServerOptions serverOptions = quick();
    serverOptions.faults[Fault::Start500] = 20;
    serverOptions.faults[Fault::Reset] = 20;
    serverOptions.faults[Fault::Garbage] = 20;
    JobServer server(serverOptions);
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    LoadOptions options = load(startUrl(server), 200);
    options.accounts = 20;
    options.concurrency = 20;
    const Report report = run(options);
    QCOMPARE(report.done(), 200);
    QVERIFY(report.succeeded > 50 && report.failed > 50);
    const auto faults = server.stats().faults;
    QCOMPARE(report.failures.at("status_500"), static_cast<int>(faults.at("start_500")));
    QCOMPARE(report.failed,
             static_cast<int>(faults.at("start_500") + faults.at("reset") + faults.at("garbage")));
    QCOMPARE(server.stats().requests, 200U);
}

void TestJobClient::readsAnyFraming_data()
{
    QTest::addColumn<ScriptedServer::Script>("script");
    QTest::addColumn<int>("connections");
    const QByteArray size = QByteArray::number(kGoodBody.size());
    const QByteArray good = ScriptedServer::answer(200, kGoodBody);
    using Script = ScriptedServer::Script;
    QTest::newRow("length") << Script{ScriptedServer::write(good)} << 1;
    QTest::newRow("byte by byte") << Script{ScriptedServer::bytewise(good)} << 1;
    QTest::newRow("chunked") << Script{ScriptedServer::write(
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                    QByteArray::number(kGoodBody.size(), 16) + "\r\n" + kGoodBody +
                                    "\r\n0\r\n\r\n")}
                             << 1;
    QTest::newRow("up to the end") << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\n\r\n" + kGoodBody),
                                             ScriptedServer::close()}
                                   << 3;
    QTest::newRow("Connection: close")
        << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                        "Content-Length: " +
                                        size + "\r\n\r\n" + kGoodBody),
                  ScriptedServer::close()}
        << 3;
    QTest::newRow("HTTP/1.0") << Script{ScriptedServer::write("HTTP/1.0 200 OK\r\nContent-Length: " + size +
                                                              "\r\n\r\n" + kGoodBody)}
                              << 3;
    QTest::newRow("100 first") << Script{ScriptedServer::write("HTTP/1.1 100 Continue\r\n\r\n" + good)} << 1;
}

void TestJobClient::readsAnyFraming()
{
    QFETCH(ScriptedServer::Script, script);
    ScriptedServer server;
    server.setDefault(script);
    LoadOptions options = load(server.url(), 3);
    options.concurrency = 1;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 3);
    QTEST(report.connections, "connections");
}

void TestJobClient::reconnectsAfterTheServerCloses()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    LoadOptions options = load(server.url(), 3);
    options.concurrency = 1;
    options.rate = 5;
    LoadGenerator generator(options);
    QSignalSpy finished(&generator, &LoadGenerator::finished);
    // Between two jobs the connection is closed.
    connect(
        &generator, &LoadGenerator::progressed, &server, [&server] { server.closeAll(); },
        Qt::QueuedConnection);
    generator.start();
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(generator.report().succeeded, 3);
    QCOMPARE(generator.report().connections, 3);
}

// A kept connection that breaks under a request: no second try, for the job may have been started.
void TestJobClient::sendsEachJobOnce()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    server.setDefault({ScriptedServer::close()});
    LoadOptions options = load(server.url(), 2);
    options.concurrency = 1;
    const Report report = run(options);
    QCOMPARE(report.succeeded, 1);
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"closed", 1}}));
    QCOMPARE(server.arrivalCount(), 2);
}

// "localhost" may be ::1 first, where nobody listens.
void TestJobClient::triesEveryAddress()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    Target target;
    target.addresses = {QHostAddress(u"127.0.0.2"_s), QHostAddress(u"127.0.0.3"_s),
                        QHostAddress(u"127.0.0.1"_s)};
    target.port = server.port();
    target.head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    VirtualClient client(target);
    QList<JobReply> replies;
    connect(&client, &VirtualClient::finished, &client,
            [&replies](const JobReply &reply) { replies.append(reply); });
    client.send("{}");
    QVERIFY(client.isBusy());
    QTRY_COMPARE(replies.size(), 1);
    QCOMPARE(replies.front().failure, Failure::None);
    QCOMPARE(server.arrivalCount(), 1);

    LoadOptions options = load(server.url(), 1);
    options.url.setHost(u"localhost"_s);
    QCOMPARE(run(options).succeeded, 1);
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

// The programs

void TestJobClient::programPasses()
{
    JobServer server(quick());
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    const Finished it = jobclient({u"--url"_s, startUrl(server).toString(), u"--account"_s, u"me"_s});
    QCOMPARE(it.code, 0);
    QVERIFY2(it.err.isEmpty(), it.err.constData());
    // No progress bar: stdout is no terminal.
    static const QRegularExpression shape(
        u"\\ASucceeded: 50\nAverage Duration: [0-9.]+ seconds\nTotal Duration: [0-9.]+ seconds\n\n"
        "WORK SAMPLE RESULT: PASSED\n\nProof :\n[A-Za-z0-9+/]+=*\n\\z"_s);
    QVERIFY2(shape.match(QString::fromUtf8(it.out)).hasMatch(), it.out.constData());
    const auto decoded = decodeProofBlock(findProofBlock(it.out));
    QVERIFY(std::holds_alternative<ProofEntries>(decoded));
    const auto verdicts = server.judge("me", std::get<ProofEntries>(decoded));
    QCOMPARE(std::count(verdicts.begin(), verdicts.end(), ProofVerdict::Valid), 50);
}

void TestJobClient::programFails()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(503, "{}"))});
    const Finished it = jobclient({u"--url"_s, server.url().toString(), u"--jobs"_s, u"3"_s});
    QCOMPARE(it.code, 1);
    QCOMPARE(it.err, "jobclient: 2 of 3 jobs failed: 2 status_503\n"_ba);
    QVERIFY(it.out.startsWith("Succeeded: 1\n"));
    QVERIFY(it.out.endsWith("\n\nWORK SAMPLE RESULT: FAILED\n"));
}

void TestJobClient::programPrintsJson()
{
    JobServer server(quick());
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    const Finished it =
        jobclient({u"--url"_s, startUrl(server).toString(), u"--json"_s, u"--jobs"_s, u"5"_s});
    QCOMPARE(it.code, 0);
    const QJsonObject json = QJsonDocument::fromJson(it.out).object();
    QVERIFY(json.value("passed"_L1).toBool());
    QCOMPARE(json.value("succeeded"_L1).toInt(), 5);
}

void TestJobClient::programVerifies()
{
    const QString real = QStringLiteral(HOLDLINE_TEST_DATA "/proof-2017.txt");
    const Finished fromFile = jobclient({u"verify"_s, real});
    QCOMPARE(fromFile.code, 0);
    QVERIFY(fromFile.out.startsWith("Jobs: 50\n"));
    QVERIFY(fromFile.out.endsWith("PROOF BLOCK: OK\n"));

    QFile file(real);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray block = file.readAll();
    const Finished fromStdin = jobclient({u"verify"_s, u"-"_s}, block);
    QCOMPARE(fromStdin.code, 0);
    QCOMPARE(fromStdin.out, fromFile.out);

    QCOMPARE(jobclient({u"verify"_s, u"-"_s}, block.first(1000)).code, 1);
    QCOMPARE(jobclient({u"verify"_s, u"-"_s}, {}).code, 1);
    const Finished tooLong = jobclient({u"verify"_s, real, u"--limit"_s, u"300ms"_s});
    QCOMPARE(tooLong.code, 1);
    QVERIFY(tooLong.out.endsWith("PROOF BLOCK: NOT OK\n"));
}

void TestJobClient::programExitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0;
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s} << 64;
    QTest::newRow("wrong value") << QStringList{u"--jobs"_s, u"many"_s} << 64;
    QTest::newRow("no such file") << QStringList{u"verify"_s, u"/nonexistent"_s} << 66;
    QTest::newRow("too many connections") << QStringList{u"--jobs"_s, u"1000000"_s} << 69;
}

void TestJobClient::programExitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const Finished it = jobclient(arguments);
    QCOMPARE(it.code, code);
    QCOMPARE(it.out.isEmpty(), code != 0);
    QCOMPARE(it.err.isEmpty(), code == 0);
}

void TestJobClient::serverProgram()
{
    QProcess process;
    process.start(QStringLiteral(JOBSERVER), {u"--listen"_s, u"127.0.0.1:0"_s, u"--duration"_s, u"10ms"_s,
                                              u"--seed"_s, u"3"_s, u"--fault-start-500"_s, u"100"_s});
    QTRY_VERIFY(process.canReadLine());
    static const QRegularExpression line(
        u"^jobserver: listening on (http://127\\.0\\.0\\.1:[0-9]+/start) \\(seed 3\\)\n$"_s);
    const auto match = line.match(QString::fromUtf8(process.readLine()));
    QVERIFY(match.hasMatch());
    const Report report = run(load(QUrl(match.captured(1)), 5));
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"status_500", 5}}));
    process.terminate();
    QTRY_COMPARE(process.state(), QProcess::NotRunning);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestJobClient::serverProgramExitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0;
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s} << 64;
    QTest::newRow("wrong value") << QStringList{u"--slot"_s, u"account"_s} << 64;
    QTest::newRow("not our address") << QStringList{u"--listen"_s, u"192.0.2.1:3740"_s} << 69;
}

void TestJobClient::serverProgramExitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const Finished it = runProgram(QStringLiteral(JOBSERVER), arguments);
    QCOMPARE(it.code, code);
    QCOMPARE(it.out.isEmpty(), code != 0);
    QCOMPARE(it.err.isEmpty(), code == 0);
}

QTEST_GUILESS_MAIN(TestJobClient)
#include "tst_jobclient.moc"
