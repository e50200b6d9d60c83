// SPDX-License-Identifier: GPL-3.0-or-later
// Requests that HttpListener refuses. Each client gets its refusal over a real socket, complete and only
// once.
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

void addRefusal(const char *name, const QByteArray &bytes, int status, const char *code)
{
    QTest::addRow("%s", name) << bytes << status << QByteArray(code);
}

}  // namespace

class TestListenerRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void refusalsReachTheClient_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        addRefusal("CL + TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
                   "bad_request");
        addRefusal("with a smuggled request",
                   post("Content-Length: 50\r\nTransfer-Encoding: chunked\r\n",
                        "0\r\n\r\n" + RawHttpClient::get("/evil")),
                   400, "bad_request");
        addRefusal("CL twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400,
                   "bad_request");
        addRefusal("CL -5", post("Content-Length: -5\r\n", "hello"), 400, "bad_request");
        addRefusal("CL over the limit", post("Content-Length: 10000000\r\n", QByteArray(2'000'000, 'x')), 413,
                   "body_too_large");
        addRefusal("TE identity", post("Transfer-Encoding: identity\r\n", "hello"), 400, "bad_request");
        addRefusal("TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501,
                   "not_implemented");
        addRefusal("chunk size -80000001", post("Transfer-Encoding: chunked\r\n", "-80000001\r\nx"), 400,
                   "bad_request");
        addRefusal("chunk too long", post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"), 400,
                   "bad_request");
        addRefusal("trailers too large",
                   post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + QByteArray(9000, 'a') + "\r\n\r\n"),
                   431, "headers_too_large");
        addRefusal("bare LF", "GET / HTTP/1.1\nHost: h\n\n", 400, "bad_request");
        addRefusal("no Host", "GET / HTTP/1.1\r\n\r\n", 400, "bad_request");
        addRefusal("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_not_supported");
        addRefusal("TLS hello", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01", 8), 400, "bad_request");
        addRefusal("HTTP/0.9", "GET /\r\n", 400, "bad_request");
        addRefusal("target", "GET /" + QByteArray(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414,
                   "target_too_long");
        addRefusal("10 MB of header", "GET / HTTP/1.1\r\nHost: h\r\nX: " + QByteArray(10'000'000, 'a'), 431,
                   "headers_too_large");
        addRefusal("fields", post(QByteArray("X: a\r\n").repeated(200), {}), 431, "headers_too_large");
        addRefusal("unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "not_implemented");
        addRefusal("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405, "method_not_allowed");
        addRefusal("TRACE", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "method_not_allowed");
        addRefusal("escape", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, "bad_request");
        addRefusal("expectation", post("Expect: cake\r\nContent-Length: 1\r\n", {}), 417,
                   "expectation_failed");
        addRefusal("over the limit", post("Expect: 100-continue\r\nContent-Length: 9999999\r\n", {}), 413,
                   "body_too_large");
    }
    void refusalsReachTheClient()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        EchoListener server;
        RawHttpClient client(server.port());
        client.send(bytes);
        QTRY_VERIFY(client.isClosed());
        QVERIFY(!client.wasReset());
        QCOMPARE(client.answerCount(), 1);
        QVERIFY(client.hasOnlyWholeAnswers());
        const RawAnswer answer = client.answers()[0];
        QCOMPARE(answer.status, status);
        QCOMPARE(answer.headers.value("Connection"), "close");
        QCOMPARE(answer.headers.value("Content-Type"), "application/problem+json");
        QCOMPARE(answer.headers.contains("Allow"), status == 405);
        const QJsonObject problem = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(problem.value(QStringLiteral("code")).toString().toLatin1(), code);
        QCOMPARE(problem.value(QStringLiteral("status")).toInt(), status);
        QCOMPARE(server.count, 0);
        QCOMPARE(server.refused, std::vector<int>{status});
        QTRY_COMPARE(server.listener.connectionCount(), 0);
    }
};

HOLDLINE_TEST(TestListenerRefusals)
#include "tst_listenerrefusals.moc"
