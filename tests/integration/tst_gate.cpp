// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/gate.h"
#include "tests/support/rawhttpclient.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace holdline::http;
using holdline::test::RawAnswer;
using holdline::test::RawHttpClient;

namespace {

/// A gate whose requests for /held… wait for the test and whose others are echoed at once.
class EchoGate
{
public:
    explicit EchoGate(const Limits &limits = {}) : gate(limits)
    {
        QObject::connect(&gate, &Gate::requestReceived, &gate, [this](ExchangeId exchange, const Request &request) {
            requests.push_back(request);
            if (request.target.startsWith("/held"))
                held.push_back(exchange);
            else
                gate.respond(exchange, {200, {{"Content-Type", "text/plain"}}, request.target + '|' + request.body});
        });
        QObject::connect(&gate, &Gate::exchangeAborted, &gate,
                         [this](ExchangeId exchange) { aborted.push_back(exchange); });
        QObject::connect(&gate, &Gate::connectionClosed, &gate, [this] { ++closed; });
        QVERIFY(gate.listen(QHostAddress::LocalHost, 0));
    }

    Gate gate;
    std::vector<Request> requests;
    std::vector<ExchangeId> held;
    std::vector<ExchangeId> aborted;
    int closed = 0;
};

}  // namespace

class TestGate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void answersAndKeepsTheConnection()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::post("/a?x=1", "hello"));
        QTRY_COMPARE(client.answerCount(), 1);
        client.send(RawHttpClient::get("/b"));
        QTRY_COMPARE(client.answerCount(), 2);
        const auto answers = client.answers();
        QCOMPARE(answers[0].body, "/a?x=1|hello");
        QCOMPARE(answers[1].body, "/b|");
        QVERIFY(answers[0].headers.contains("Date"));
        QCOMPARE(answers[0].headers.value("X-Request-Id").size(), 32);
        QVERIFY(!answers[0].headers.contains("Connection"));
        QVERIFY(server.requests[0].peer.startsWith("127.0.0.1:"));
        QCOMPARE(server.gate.connectionCount(), 1);
        QCOMPARE(server.gate.openExchanges(), 0);
        client.close();
        QTRY_COMPARE(server.gate.connectionCount(), 0);
        QCOMPARE(server.closed, 1);
    }

    void case1_finWhileHeld()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.held.size(), 1U);
        QCOMPARE(server.gate.openExchanges(), 1);
        client.close();
        QTRY_COMPARE(server.aborted.size(), 1U);
        QCOMPARE(server.aborted, server.held);
        server.gate.respond(server.held[0], {200, {}, "late"});
        QTRY_COMPARE(server.gate.connectionCount(), 0);
        QCOMPARE(server.gate.openExchanges(), 0);
        QCOMPARE(server.closed, 1);
    }

    void case2_rstWhileHeld()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::post("/held", "x"));
        QTRY_COMPARE(server.held.size(), 1U);
        client.reset();
        QTRY_COMPARE(server.aborted.size(), 1U);
        server.gate.respond(server.held[0], {200, {}, "late"});
        QCOMPARE(server.gate.connectionCount(), 0);
    }

    void case9_pipelinedAnswersInOrder()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        QByteArray all;
        for (int i = 0; i < 20; ++i)
            all += RawHttpClient::post((i % 3 == 0 ? "/held/" : "/now/") + QByteArray::number(i), "x");
        client.send(all);
        for (int i = 0; i < 7; ++i) {
            QTRY_COMPARE(static_cast<int>(server.held.size()), i + 1);
            server.gate.respond(server.held.back(), {200, {}, server.requests.back().target + "|x"});
        }
        QTRY_COMPARE(client.answerCount(), 20);
        for (int i = 0; i < 20; ++i) {
            QCOMPARE(client.answers()[static_cast<std::size_t>(i)].body,
                     (i % 3 == 0 ? "/held/" : "/now/") + QByteArray::number(i) + "|x");
        }
    }

    void case10_getBehindHeldPost()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::post("/held", "x") + RawHttpClient::get("/b"));
        QTRY_COMPARE(server.held.size(), 1U);
        QCOMPARE(server.requests.size(), 1U);
        server.gate.respond(server.held[0], {200, {}, "first"});
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.answers()[0].body, "first");
        QCOMPARE(client.answers()[1].body, "/b|");
    }

    void case11_halfCloseIsAnsweredAtOnce()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::get("/a") + RawHttpClient::get("/b"));
        client.finishSending();
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 2);
        QVERIFY(!client.wasReset());
        QTRY_COMPARE(server.gate.connectionCount(), 0);
    }

    void case11_halfCloseWhileHeldCountsAsLeft()
    {
        EchoGate server;
        RawHttpClient client(server.gate.port());
        client.send(RawHttpClient::post("/held", "x"));
        client.finishSending();
        QTRY_COMPARE(server.aborted.size(), 1U);
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answerCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestGate)
#include "tst_gate.moc"
