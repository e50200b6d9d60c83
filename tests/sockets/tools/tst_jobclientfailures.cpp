// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/loadrun.h"
#include "tests/support/names.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestJobClientFailures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
};

void TestJobClientFailures::failures_data()
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

void TestJobClientFailures::failures()
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

void TestJobClientFailures::refused()
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

void TestJobClientFailures::noSuchHost()
{
    const Report report = run(load(QUrl(), 3));
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"connect_failed", 3}}));
    QVERIFY(!report.passed());
}

void TestJobClientFailures::failuresDoNotStopTheOthers()
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

void TestJobClientFailures::readsAnyFraming_data()
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

void TestJobClientFailures::readsAnyFraming()
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

void TestJobClientFailures::reconnectsAfterTheServerCloses()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    LoadOptions options = load(server.url(), 3);
    options.concurrency = 1;
    options.rate = 5;
    LoadGenerator generator(options);
    QSignalSpy finished(&generator, &LoadGenerator::finished);
    // The server closes the connection between two jobs.
    connect(
        &generator, &LoadGenerator::progressed, &server, [&server] { server.closeAll(); },
        Qt::QueuedConnection);
    generator.start();
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(generator.report().succeeded, 3);
    QCOMPARE(generator.report().connections, 3);
}

// When a kept-alive connection breaks during a request, the request is not repeated: the job may have been
// started.
void TestJobClientFailures::sendsEachJobOnce()
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

// On the first address of a name, perhaps no socket listens.
void TestJobClientFailures::triesEveryAddress()
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
    QTRY_COMPARE(replies.size(), 1);
    QCOMPARE(replies.front().failure, Failure::None);
    QCOMPARE(server.arrivalCount(), 1);

    LoadOptions options = load(server.url(), 1);
    const HostName name("server.test", {"127.0.0.2", "127.0.0.1"});
    options.url.setHost(u"server.test"_s);
    QCOMPARE(run(options).succeeded, 1);
}

HOLDLINE_TEST(TestJobClientFailures)
#include "tst_jobclientfailures.moc"
