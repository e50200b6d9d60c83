// SPDX-License-Identifier: GPL-3.0-or-later
// Streamed responses over real sockets, sent through the listener and through a server's exchanges.
#include "service/holdline/httpserver/httpserver.h"
#include "tests/support/echolistener.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QRegularExpression>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace holdline::http;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using holdline::test::EchoListener;
using holdline::test::RawHttpClient;

namespace {

const Response kHead{200, {{"Content-Type", "text/plain"}}, "one", false};

/// A server whose responses the test sends in pieces.
struct StreamServer
{
    explicit StreamServer(const Limits &limits = {}) : server(std::make_unique<HttpServer>(limits))
    {
        server->route("GET", "/stream", [this](const Request &, std::unique_ptr<Exchange> exchange) {
            QObject::connect(exchange.get(), &Exchange::clientGone, exchange.get(), [this] { ++gone; });
            held.push_back(std::move(exchange));
        });
        QObject::connect(&server->listener(), &HttpListener::requestRefused, server.get(),
                         [this](int status) { refused.push_back(status); });
        QVERIFY(server->listener().listen(QHostAddress::LocalHost, 0));
    }

    quint16 port() const { return server->listener().port(); }
    int heldCount() const { return static_cast<int>(held.size()); }

    std::unique_ptr<HttpServer> server;
    std::vector<std::unique_ptr<Exchange>> held;
    std::vector<int> refused;
    int gone = 0;
};

}  // namespace

class TestListenerStreams : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void piecesArriveAsTheyAreWritten()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held") + RawHttpClient::get("/next"));
        QTRY_COMPARE(server.heldCount(), 1);
        const ExchangeId exchange = server.held[0];
        QVERIFY(server.listener.beginStream(exchange, kHead));
        QTRY_VERIFY(client.received().endsWith("\r\n\r\n3\r\none\r\n"));
        QCOMPARE(client.answerCount(), 0);
        QVERIFY(server.listener.writeStream(exchange, QByteArray(26, 'x')));
        QTRY_VERIFY(client.received().endsWith("\r\n1a\r\n" + QByteArray(26, 'x') + "\r\n"));
        QVERIFY(server.listener.writeStream(exchange, ""));
        QCOMPARE(server.listener.openExchanges(), 1);
        QCOMPARE(server.count, 1);
        server.listener.endStream(exchange);
        QCOMPARE(server.listener.openExchanges(), 0);
        QVERIFY(!server.listener.writeStream(exchange, "late"));
        QTRY_COMPARE(client.answerCount(), 2);
        const auto answers = client.answers();
        QCOMPARE(answers[0].body, "one" + QByteArray(26, 'x'));
        QCOMPARE(answers[0].headers.value("Transfer-Encoding"), "chunked");
        QVERIFY(!answers[0].headers.contains("Content-Length"));
        QVERIFY(!answers[0].headers.contains("Connection"));
        QCOMPARE(answers[1].body, "/next|");
        QVERIFY(client.hasOnlyWholeAnswers());
        QVERIFY(server.aborted.empty());
    }

    void http10ReadsToTheEndOfTheConnection()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send("GET /held HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(server.listener.beginStream(server.held[0], kHead));
        QVERIFY(server.listener.writeStream(server.held[0], "two"));
        server.listener.endStream(server.held[0]);
        QTRY_VERIFY(client.isClosed());
        QVERIFY(!client.wasReset());
        QCOMPARE(client.answerCount(), 1);
        const auto answer = client.answers()[0];
        QCOMPARE(answer.body, "onetwo");
        QCOMPARE(answer.headers.value("Connection"), "close");
        QVERIFY(!answer.headers.contains("Transfer-Encoding"));
    }

    void headIsTheHeadOnly()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.setExpectsHead(true);
        client.send("HEAD /held HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(!server.listener.beginStream(server.held[0], kHead));
        QCOMPARE(server.listener.openExchanges(), 0);
        QVERIFY(!server.listener.writeStream(server.held[0], "two"));
        server.listener.endStream(server.held[0]);
        client.send("HEAD /after HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(client.answerCount(), 2);
        QVERIFY(client.hasOnlyWholeAnswers());
        QCOMPARE(client.answers()[0].headers.value("Transfer-Encoding"), "chunked");
        QCOMPARE(server.listener.connectionCount(), 1);
    }

    void statusWithoutBodyIsOverAtOnce()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(!server.listener.beginStream(server.held[0], {204, {}, {}, false}));
        QTRY_COMPARE(client.status(), 204);
        QVERIFY(client.hasOnlyWholeAnswers());
        QVERIFY(!client.answers()[0].headers.contains("Transfer-Encoding"));
    }

    void closeIsKept()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held", "Connection: close\r\n"));
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(server.listener.beginStream(server.held[0], kHead));
        server.listener.endStream(server.held[0]);
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answers()[0].headers.value("Connection"), "close");
    }

    /// closeIdle() does not close a connection before its stream has ended.
    void closingWaitsForTheEnd()
    {
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(server.listener.beginStream(server.held[0], kHead));
        server.listener.closeIdle();
        QVERIFY(server.listener.writeStream(server.held[0], "two"));
        QTRY_VERIFY(client.received().endsWith("3\r\ntwo\r\n"));
        QCOMPARE(server.listener.connectionCount(), 1);
        server.listener.endStream(server.held[0]);
        QTRY_VERIFY(client.isClosed());
        QVERIFY(client.hasOnlyWholeAnswers());
        QCOMPARE(client.answers()[0].body, "onetwo");
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void streamsOutliveIdleDeadlines()
    {
        Limits limits;
        limits.headTimeout = 100ms;
        limits.idleTimeout = 100ms;
        limits.writeTimeout = 100ms;
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        QVERIFY(server.listener.beginStream(server.held[0], kHead));
        // This client is closed at its deadline, which is twice as late as any deadline of the stream would
        // be.
        RawHttpClient idle(server.port());
        idle.send(RawHttpClient::get("/a"));
        QTRY_VERIFY(idle.isClosed());
        QVERIFY(server.listener.writeStream(server.held[0], "two"));
        server.listener.endStream(server.held[0]);
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].body, "onetwo");
    }

    void aClientThatLeavesIsToldOf_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::addRow("FIN") << false;
        QTest::addRow("RST") << true;
    }
    void aClientThatLeavesIsToldOf()
    {
        QFETCH(bool, reset);
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        const ExchangeId exchange = server.held[0];
        QVERIFY(server.listener.beginStream(exchange, kHead));
        reset ? client.reset() : client.close();
        QTRY_COMPARE(server.aborted, std::vector{exchange});
        QVERIFY(!server.listener.writeStream(exchange, "two"));
        server.listener.endStream(exchange);
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    /// A client that does not read is dropped when too many bytes are unsent, or for too long.
    void aClientThatDoesNotReadIsDropped_data()
    {
        QTest::addColumn<bool>("muchUnsent");
        QTest::addRow("too much unsent") << true;
        QTest::addRow("too long unsent") << false;
    }
    void aClientThatDoesNotReadIsDropped()
    {
        QFETCH(bool, muchUnsent);
        Limits limits;
        limits.maxUnsentBytes = muchUnsent ? 100'000 : 1'000'000'000;
        limits.writeTimeout = muchUnsent ? 1h : std::chrono::milliseconds(200);
        EchoListener server(limits);
        RawHttpClient client(server.port());
        client.stopReading();
        client.send(RawHttpClient::get("/held"));
        QTRY_COMPARE(server.heldCount(), 1);
        const ExchangeId exchange = server.held[0];
        QVERIFY(server.listener.beginStream(exchange, kHead));
        const QByteArray piece(50'000, 'x');
        int pieces = 0;
        // The kernel buffers some megabytes before bytes count as unsent.
        while (pieces < 1000 && server.listener.writeStream(exchange, piece))
            ++pieces;
        if (muchUnsent)
            QVERIFY(pieces > 1 && pieces < 1000);
        QTRY_COMPARE(server.aborted, std::vector{exchange});
        QCOMPARE(server.refused, std::vector{0});
        QVERIFY(!server.listener.writeStream(exchange, piece));
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }

    void exchangesStream()
    {
        StreamServer test;
        RawHttpClient client(test.port());
        for (int i = 1; i <= 3; ++i) {
            client.send(RawHttpClient::get("/stream"));
            QTRY_COMPARE(test.heldCount(), i);
            Exchange &exchange = *test.held.back();
            QVERIFY(exchange.begin(kHead));
            QVERIFY(exchange.write("two"));
            exchange.answer({500, {}, "not now", false});
            QVERIFY(exchange.isOpen());
            exchange.end();
            QVERIFY(!exchange.isOpen());
            QVERIFY(!exchange.write("late"));
            exchange.end();
            QTRY_COMPARE(client.answerCount(), i);
            QCOMPARE(client.answers().back().body, "onetwo");
        }
        RawHttpClient head(test.port());
        head.setExpectsHead(true);
        head.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(test.heldCount(), 4);
        QVERIFY(!test.held.back()->begin(kHead));
        QVERIFY(!test.held.back()->isOpen());
        QTRY_COMPARE(head.status(), 200);
        QCOMPARE(test.gone, 0);
    }

    void anExchangeIsToldWhenItsReaderLeaves()
    {
        StreamServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get("/stream"));
        QTRY_COMPARE(test.heldCount(), 1);
        QVERIFY(test.held[0]->begin(kHead));
        client.close();
        QTRY_COMPARE(test.gone, 1);
        QVERIFY(!test.held[0]->isOpen());
        QVERIFY(!test.held[0]->write("two"));
    }

    /// The return value reports that the exchange is over. No signal is emitted inside the call.
    void anExchangeWhoseReaderDoesNotReadIsOver()
    {
        Limits limits;
        limits.maxUnsentBytes = 100'000;
        StreamServer test(limits);
        RawHttpClient client(test.port());
        client.stopReading();
        client.send(RawHttpClient::get("/stream"));
        QTRY_COMPARE(test.heldCount(), 1);
        QVERIFY(test.held[0]->begin(kHead));
        int pieces = 0;
        while (pieces < 1000 && test.held[0]->write(QByteArray(50'000, 'x')))
            ++pieces;
        QVERIFY(pieces < 1000);
        QVERIFY(!test.held[0]->isOpen());
        QCOMPARE(test.gone, 0);
        QCOMPARE(test.refused, std::vector{0});
        QTRY_COMPARE(test.server->listener().connectionCount(), 0);
        QCOMPARE(test.gone, 0);
    }

    /// A partial response must not look like a complete response.
    void givenUpInTheMidstIsCut()
    {
        StreamServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get("/stream"));
        QTRY_COMPARE(test.heldCount(), 1);
        QVERIFY(test.held[0]->begin(kHead));
        test.held.clear();
        QTRY_VERIFY(client.isClosed());
        QVERIFY(client.wasReset());
        QCOMPARE(client.answerCount(), 0);
    }

    void serverDestroyedWhileStreaming()
    {
        StreamServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get("/stream"));
        QTRY_COMPARE(test.heldCount(), 1);
        QVERIFY(test.held[0]->begin(kHead));
        test.server.reset();
        QVERIFY(!test.held[0]->isOpen());
        QVERIFY(!test.held[0]->write("two"));
        test.held[0]->end();
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 0);
        QCOMPARE(test.gone, 0);
    }

    void routesAreListed()
    {
        HttpServer server{Limits()};
        server.route("POST", "/b", {});
        server.route("GET", "/b", {});
        server.route("GET", "/a/<arg>", {});
        using Route = std::pair<QByteArray, QByteArray>;
        QVERIFY(server.routes() == (std::vector<Route>{{"GET", "/a/<arg>"}, {"GET", "/b"}, {"POST", "/b"}}));
    }
};

HOLDLINE_TEST(TestListenerStreams)
#include "tst_listenerstreams.moc"
