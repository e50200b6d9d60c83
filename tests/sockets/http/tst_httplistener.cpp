// SPDX-License-Identifier: GPL-3.0-or-later
// HttpListener over real sockets: the order of responses and the rules for connections.
#include "tests/support/echolistener.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace holdline::http;
using holdline::test::EchoListener;
using holdline::test::RawAnswer;
using holdline::test::RawHttpClient;

namespace {

QByteArray post(const QByteArray &fields, const QByteArray &body)
{
    return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

}  // namespace

class TestHttpListener : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void answersAndKeepsTheConnection()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post("/a?x=1", "hello"));
        QTRY_COMPARE(client.answerCount(), 1);
        QVERIFY(server.last.peer.startsWith("127.0.0.1:"));
        client.send(RawHttpClient::get("/b"));
        QTRY_COMPARE(client.answerCount(), 2);
        const auto answers = client.answers();
        QCOMPARE(answers[0].body, "/a?x=1|hello");
        QCOMPARE(answers[1].body, "/b|");
        const QRegularExpression date(
            QStringLiteral("^[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT$"));
        QVERIFY(date.match(QString::fromLatin1(answers[0].headers.value("Date"))).hasMatch());
        QVERIFY(!answers[0].headers.contains("Connection"));
        QCOMPARE(server.listener.connectionCount(), 1);
        QCOMPARE(server.listener.openExchanges(), 0);
        client.close();
        QTRY_COMPARE(server.listener.connectionCount(), 0);
        QCOMPARE(server.closed, 1);
    }

    void requestIdsAreEchoedOrMade()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/", "X-Request-Id: mine-1\r\n") +
                    RawHttpClient::get("/", "X-Request-Id: a b\r\n") + RawHttpClient::get("/") +
                    RawHttpClient::get("/", "X-Request-Id: mine-2\r\nBad : x\r\n"));
        QTRY_COMPARE(client.answerCount(), 4);
        const auto answers = client.answers();
        QCOMPARE(answers[0].headers.value("X-Request-Id"), "mine-1");
        const QRegularExpression made(QStringLiteral("^[0-9a-f]{32}$"));
        QVERIFY(made.match(QString::fromLatin1(answers[1].headers.value("X-Request-Id"))).hasMatch());
        QVERIFY(made.match(QString::fromLatin1(answers[2].headers.value("X-Request-Id"))).hasMatch());
        QVERIFY(answers[1].headers.value("X-Request-Id") != answers[2].headers.value("X-Request-Id"));
        QCOMPARE(answers[3].status, 400);
        QCOMPARE(answers[3].headers.value("X-Request-Id"), "mine-2");
    }

    void answersAreFramedByTheListenerAlone()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        server.listener.respond(server.held[0], {200,
                                                 {{"Content-Length", "99"},
                                                  {"connection", "close"},
                                                  {"Date", "x"},
                                                  {"Transfer-Encoding", "chunked"},
                                                  {"X-Split", "a\r\nInjected: b"},
                                                  {"X Bad", "c"},
                                                  {"X-Good", "d"}},
                                                 "body",
                                                 false});
        QTRY_COMPARE(client.answerCount(), 1);
        const HeaderFields headers = client.answers()[0].headers;
        QCOMPARE(headers.combined("Content-Length").value_or(""), "4");
        QCOMPARE(headers.value("X-Good"), "d");
        QVERIFY(!headers.contains("Connection") && !headers.contains("Transfer-Encoding"));
        QVERIFY(!headers.contains("Injected") && !headers.contains("X-Split") && !headers.contains("X Bad"));
        QVERIFY(client.isConnected());
    }

    void finWhileHeld()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.heldCount(), 1);
        QCOMPARE(server.listener.openExchanges(), 1);
        client.close();
        QTRY_COMPARE(server.aborted.size(), 1U);
        QCOMPARE(server.aborted, server.held);
        server.listener.respond(server.held[0], {200, {}, "late", false});
        QTRY_COMPARE(server.listener.connectionCount(), 0);
        QCOMPARE(server.listener.openExchanges(), 0);
        QCOMPARE(server.closed, 1);
    }

    void rstWhileHeld()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.heldCount(), 1);
        client.reset();
        QTRY_COMPARE(server.aborted.size(), 1U);
        server.listener.respond(server.held[0], {200, {}, "late", false});
        QCOMPARE(server.listener.connectionCount(), 0);
    }

    void pipelinedAnswersInOrder()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        QByteArray all;
        for (int i = 0; i < 20; ++i)
            all += RawHttpClient::post((i % 3 == 0 ? "/held/" : "/now/") + QByteArray::number(i), "x");
        client.send(all);
        for (int i = 0; i < 7; ++i) {
            QTRY_COMPARE(server.heldCount(), 1);
            server.answerHeld(server.last.target + "|x");
        }
        QTRY_COMPARE(client.answerCount(), 20);
        for (int i = 0; i < 20; ++i) {
            QCOMPARE(client.answers()[static_cast<std::size_t>(i)].body,
                     (i % 3 == 0 ? "/held/" : "/now/") + QByteArray::number(i) + "|x");
        }
    }

    void getBehindHeldPost()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post("/held", "x") + RawHttpClient::get("/b"));
        QTRY_COMPARE(server.heldCount(), 1);
        QCOMPARE(server.count, 1);
        server.answerHeld("first");
        QCOMPARE(server.count, 1);  // the next request is not handled inside respond()
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.answers()[0].body, "first");
        QCOMPARE(client.answers()[1].body, "/b|");
    }

    void halfCloseIsAnsweredAtOnce_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("answers");
        QTest::addRow("one") << RawHttpClient::get("/a") << 1;
        QTest::addRow("three") << RawHttpClient::get("/a").repeated(3) << 3;
        QTest::addRow("more than a turn's worth") << RawHttpClient::get("/a").repeated(200) << 200;
        QTest::addRow("large") << RawHttpClient::post("/a", QByteArray(1000'000, 'x')) << 1;
        QTest::addRow("cut off") << RawHttpClient::get("/a").chopped(1) << 1;
    }
    void halfCloseIsAnsweredAtOnce()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, answers);
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(bytes);
        client.finishSending();
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), answers);
        QVERIFY(!client.wasReset());
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void halfClosedClientIsHeld_data()
    {
        QTest::addColumn<bool>("urgent");
        QTest::addRow("FIN") << false;
        // With an urgent byte, the descriptor may stay ready for as long as nothing reads this byte.
        QTest::addRow("urgent byte, FIN") << true;
    }
    void halfClosedClientIsHeld()
    {
        QFETCH(bool, urgent);
        Limits limits;
        limits.holdHalfClosed = true;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        if (urgent)
            client.sendUrgentByte();
        client.finishSending();
        // A second connection shows that the listener has seen the FIN, and that it does not spin.
        RawHttpClient other(server.port());
        for (int i = 1; i <= 3; ++i) {
            other.send(RawHttpClient::get("/now"));
            QTRY_COMPARE(other.answerCount(), i);
        }
        QVERIFY(server.aborted.empty());
        QCOMPARE(server.heldCount(), 1);
        server.answerHeld();
        QTRY_VERIFY(client.isClosed());
        QVERIFY(!client.wasReset() || urgent);
        QCOMPARE(client.status(), 200);
        // The system may deliver the urgent byte as the first byte of another request.
        QVERIFY(urgent || client.answers()[0].headers.value("Connection") == "close");
        QVERIFY(server.aborted.empty());
    }

    void halfClosedClientOfSeveralRequests()
    {
        Limits limits;
        limits.holdHalfClosed = true;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held1") + RawHttpClient::get("/now") + RawHttpClient::get("/held2"));
        client.finishSending();
        QTRY_COMPARE(server.heldCount(), 1);
        server.answerHeld("first");
        QTRY_COMPARE(server.heldCount(), 1);
        QCOMPARE(client.answerCount(), 2);
        QVERIFY(client.answers()[0].headers.value("Connection") != "close");
        server.answerHeld("last");
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 3);
        QCOMPARE(client.answers()[2].body, "last");
        QVERIFY(server.aborted.empty());
    }

    /// When a half-closed client has really gone, its connection is reset.
    void halfClosedClientThatResets()
    {
        Limits limits;
        limits.holdHalfClosed = true;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        client.finishSending();
        RawHttpClient other(server.port());
        other.send(RawHttpClient::get("/now"));
        QTRY_COMPARE(other.answerCount(), 1);
        QVERIFY(server.aborted.empty());
        client.reset();
        QTRY_COMPARE(server.aborted, server.held);
        QTRY_COMPARE(server.closed, 1);
        server.answerHeld();
    }

    void halfCloseWhileHeldCountsAsLeft()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/first") + RawHttpClient::post("/held", "x"));
        client.finishSending();
        QTRY_COMPARE(server.aborted.size(), 1U);
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 1);
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void byteByByte()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.sendInPieces(post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") +
                            RawHttpClient::get("/b"));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.answers()[0].body, "/a|hello world");
        QCOMPARE(client.answers()[1].body, "/b|");
    }

    void cutAtEachByte()
    {
        EchoListener server;
        const QByteArray bytes =
            post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (qsizetype at = 0; at < bytes.size(); ++at) {
            clients.push_back(std::make_unique<RawHttpClient>(server.port()));
            clients.back()->sendSplit(bytes, at);
        }
        for (const auto &client : clients) {
            QTRY_COMPARE(client->answerCount(), 1);
            QCOMPARE(client->answers()[0].body, "/a|hello world");
        }
    }

    void optionsOfTheServer()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n" + RawHttpClient::get("/b"));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.status(), 204);
        QVERIFY(client.answers()[0].headers.contains("Allow"));
        QVERIFY(!client.answers()[0].headers.contains("Content-Length"));
        QCOMPARE(server.count, 1);
    }

    void headHasFieldsButNoBody()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.setExpectsHead(true);
        client.send(
            "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n");
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 2);
        QVERIFY(client.hasOnlyWholeAnswers());
        QCOMPARE(client.answers()[0].headers.value("Content-Length"), "3");
        QCOMPARE(client.status(1), 400);
    }

    void http10()
    {
        // These are the requests that ApacheBench sends with `ab` and `ab -k`.
        const QByteArray tail = "Host: 127.0.0.1:1\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n\r\n";
        EchoListener server;
        RawHttpClient plain(server.port());
        plain.send("GET /a HTTP/1.0\r\n" + tail);
        QTRY_VERIFY(plain.isClosed());
        QVERIFY(!plain.wasReset());
        QCOMPARE(plain.status(), 200);
        QCOMPARE(plain.answers()[0].headers.value("Connection"), "close");

        RawHttpClient kept(server.port());
        for (int i = 1; i <= 3; ++i) {
            kept.send("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n" + tail);
            QTRY_COMPARE(kept.answerCount(), i);
            QCOMPARE(kept.answers().back().headers.value("Connection"), "keep-alive");
            QVERIFY(kept.answers().back().headers.contains("Content-Length"));
        }
        QVERIFY(kept.isConnected());
    }

    void connectionClose_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addRow("immediate") << QByteArray("/now");
        QTest::addRow("held") << QByteArray("/held");
    }
    void connectionClose()
    {
        QFETCH(QByteArray, target);
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::post(target, "x", "Connection: close\r\n") + RawHttpClient::get("/never"));
        if (target == "/held") {
            QTRY_COMPARE(server.heldCount(), 1);
            server.answerHeld();
        }
        QTRY_VERIFY(client.isClosed());
        QVERIFY(!client.wasReset());
        QCOMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].headers.value("Connection"), "close");
        QCOMPARE(server.count, 1);
    }

    void expectContinue()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        const QByteArray body(2048, 'x');
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2048\r\n\r\n");
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.status(), 100);
        QCOMPARE(server.count, 0);
        client.send(body);
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.answers()[1].body, "/a|" + body);
        // A client that sends its body at once gets no 100 response.
        client.send(RawHttpClient::post("/b", "x", "Expect: 100-continue\r\n"));
        QTRY_COMPARE(client.answerCount(), 3);
        QCOMPARE(client.answers()[2].body, "/b|x");
    }

    void rawAnswersAndResetsForFaults()
    {
        EchoListener server;
        RawHttpClient garbled(server.port());
        garbled.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(server.listener.connectionOf(server.held[0]) != 0);
        server.listener.respondRaw(server.held[0], "HTTP/9.9 garbage");
        QCOMPARE(server.listener.connectionOf(server.held[0]), 0U);
        QTRY_VERIFY(garbled.isClosed());
        QVERIFY(!garbled.wasReset());
        QCOMPARE(garbled.received(), "HTTP/9.9 garbage");

        RawHttpClient cut(server.port());
        cut.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 2);
        server.listener.reset(server.held[1]);
        QTRY_VERIFY(cut.isClosed());
        QVERIFY(cut.wasReset());
        QVERIFY(server.aborted.empty());
        QTRY_COMPARE(server.listener.connectionCount(), 0);
        QCOMPARE(server.closed, 2);
    }

    void drainingClosesIdleConnectionsAndSaysClose()
    {
        EchoListener server;
        RawHttpClient idle(server.port());
        idle.send(RawHttpClient::get("/a"));
        RawHttpClient held(server.port());
        held.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(idle.answerCount(), 1);
        QTRY_COMPARE(server.heldCount(), 1);
        server.listener.stopListening();
        server.listener.closeIdle();
        QTRY_VERIFY(idle.isClosed());
        QVERIFY(!idle.wasReset());
        QVERIFY(held.isConnected());
        server.answerHeld();
        QTRY_VERIFY(held.isClosed());
        QCOMPARE(held.answers()[0].headers.value("Connection"), "close");
        QTRY_COMPARE(server.listener.connectionCount(), 0);
        RawHttpClient late(server.port());
        QTRY_VERIFY(late.isClosed());
        QVERIFY(late.wasRefused());
    }

    void portInUseIsReported()
    {
        EchoListener server;
        HttpListener other{Limits{}};
        QVERIFY(!other.listen(QHostAddress::LocalHost, server.port()));
        QVERIFY(!other.errorString().isEmpty());
    }

    void destroyedWithConnectionsOfAllKinds()
    {
        auto server = std::make_unique<EchoListener>();
        RawHttpClient idle(server->port());
        RawHttpClient held(server->port());
        RawHttpClient half(server->port());
        idle.send(RawHttpClient::get("/a"));
        held.send(RawHttpClient::get("/held") + RawHttpClient::get("/b"));
        half.send("GET / HTT");
        QTRY_COMPARE(idle.answerCount(), 1);
        QTRY_COMPARE(server->heldCount(), 1);
        QTRY_COMPARE(server->listener.connectionCount(), 3);
        server.reset();
        QTRY_VERIFY(idle.isClosed() && held.isClosed() && half.isClosed());
    }
};

HOLDLINE_TEST(TestHttpListener)
#include "tst_httplistener.moc"
