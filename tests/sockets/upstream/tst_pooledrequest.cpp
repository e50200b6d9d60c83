// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes that PooledAccessManager sends.
#include "service/httpclient/oncebody.h"
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/support/names.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QBuffer>
#include <QNetworkReply>
#include <QTest>

#include <memory>

using namespace holdline;
using test::ScriptedServer;
using Reply = std::unique_ptr<QNetworkReply>;

namespace {

QNetworkRequest requestFor(const QUrl &url)
{
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("text/plain"));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    return request;
}

bool isPooled(const Reply &reply)
{
    return reply->attribute(PooledAccessManager::RequestSentAttribute).isValid();
}

}  // namespace

#define WAIT_FINISHED(reply) QTRY_VERIFY_WITH_TIMEOUT((reply)->isFinished(), 20'000)

class TestPooledRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        // Qt 6.8 drops malformed header fields itself, with a warning.
        if (qstrcmp(QTest::currentTestFunction(), "fieldsThatBreakTheFramingAreRefused") != 0)
            QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
    }

    void methodsOnTheWire_data();
    void methodsOnTheWire();
    void wholeHeadOnTheWire();
    void fieldsThatBreakTheFramingAreRefused_data();
    void fieldsThatBreakTheFramingAreRefused();
    void ipv6();
    void names();
    void bodyFromDevices();
    void largeBodies();
    void aLargeBodyIsThereOnce();
    void earlyAnswerToALargeBody();
};

void TestPooledRequest::methodsOnTheWire_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("length");
    QTest::newRow("POST") << QByteArray("POST") << QByteArray("x") << QByteArray("1");
    QTest::newRow("empty POST") << QByteArray("POST") << QByteArray() << QByteArray("0");
    QTest::newRow("empty PUT") << QByteArray("PUT") << QByteArray() << QByteArray("0");
    QTest::newRow("GET") << QByteArray("GET") << QByteArray() << QByteArray();
    QTest::newRow("HEAD") << QByteArray("HEAD") << QByteArray() << QByteArray();
    QTest::newRow("DELETE") << QByteArray("DELETE") << QByteArray() << QByteArray();
    QTest::newRow("DELETE with a body") << QByteArray("DELETE") << QByteArray("abc") << QByteArray("3");
}

void TestPooledRequest::methodsOnTheWire()
{
    QFETCH(QByteArray, verb);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, length);
    ScriptedServer server;
    server.setDefault({ScriptedServer::write("HTTP/1.1 204 N\r\n\r\n")});
    PooledAccessManager manager;
    const Reply reply(manager.sendCustomRequest(requestFor(server.url()), verb, body));
    WAIT_FINISHED(reply);
    QCOMPARE(reply->error(), QNetworkReply::NoError);
    QVERIFY(server.arrivals().first().head.startsWith(verb + " /start HTTP/1.1\r\n"));
    QCOMPARE(server.arrivals().first().field("Content-Length"), length);
    QCOMPARE(server.arrivals().first().body, body);
}

void TestPooledRequest::wholeHeadOnTheWire()
{
    ScriptedServer server;
    PooledAccessManager manager;
    QUrl url = server.url(QStringLiteral("/ä b"));
    url.setQuery(QStringLiteral("q=1 2"));
    url.setFragment(QStringLiteral("not sent"));
    QNetworkRequest request(url);
    request.setRawHeader("x-one", "1");
    request.setRawHeader("Connection", "upgrade");
    request.setRawHeader("Transfer-Encoding", "chunked");
    request.setRawHeader("Content-Length", "77");
    request.setRawHeader("Expect", "100-continue");
    request.setAttribute(PooledAccessManager::AffinityAttribute, QByteArray("secret account"));
    const Reply reply(manager.put(request, QByteArray("abc")));
    WAIT_FINISHED(reply);
    QCOMPARE(server.arrivals().first().head,
             "PUT /%C3%A4%20b?q=1%202 HTTP/1.1\r\n"
             "x-one: 1\r\n"
             "Host: 127.0.0.1:" +
                 QByteArray::number(server.port()) +
                 "\r\n"
                 "Accept-Encoding: identity\r\n"
                 "Content-Length: 3\r\n\r\n");
}

void TestPooledRequest::fieldsThatBreakTheFramingAreRefused_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("line end in value") << QByteArray("POST") << QByteArray("X") << QByteArray("a\r\nEvil: 1");
    QTest::newRow("LF in value") << QByteArray("POST") << QByteArray("X") << QByteArray("a\nEvil: 1");
    QTest::newRow("NUL in value") << QByteArray("POST") << QByteArray("X") << QByteArray("a\0b", 3);
    QTest::newRow("line end in name") << QByteArray("POST") << QByteArray("X: a\r\nY") << QByteArray("b");
    QTest::newRow("blank in name") << QByteArray("POST") << QByteArray("X Y") << QByteArray("b");
    QTest::newRow("blank in method") << QByteArray("GET / HTTP/1.1\r\nX:") << QByteArray("X")
                                     << QByteArray("b");
    QTest::newRow("no method") << QByteArray("") << QByteArray("X") << QByteArray("b");
}

void TestPooledRequest::fieldsThatBreakTheFramingAreRefused()
{
    QFETCH(QByteArray, verb);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    ScriptedServer server;
    PooledAccessManager manager;
    QNetworkRequest request(server.url());
    request.setRawHeader(name, value);
    const Reply reply(manager.sendCustomRequest(request, verb, QByteArray("x")));
    QVERIFY(!reply->isFinished());
    WAIT_FINISHED(reply);
    if (!request.hasRawHeader(name)) {
        QVERIFY(!server.arrivals().first().head.contains("Evil"));
        return;
    }
    QCOMPARE(reply->error(), QNetworkReply::ProtocolInvalidOperationError);
    QCOMPARE(reply->attribute(PooledAccessManager::RequestSentAttribute).toBool(), false);
    QCOMPARE(server.accepted(), 0);
}

void TestPooledRequest::ipv6()
{
    ScriptedServer server(QHostAddress::LocalHostIPv6);
    PooledAccessManager manager;
    const Reply reply(manager.post(requestFor(server.url()), QByteArray("x")));
    WAIT_FINISHED(reply);
    QCOMPARE(reply->error(), QNetworkReply::NoError);
    QCOMPARE(server.arrivals().first().field("Host"), "[::1]:" + QByteArray::number(server.port()));
}

void TestPooledRequest::names()
{
    const test::HostName name("server.test");
    ScriptedServer server;
    PooledAccessManager manager;
    QUrl url = server.url();
    url.setHost(QStringLiteral("server.test"));
    for (int i = 0; i < 3; ++i) {
        const Reply reply(manager.post(requestFor(url), QByteArray("x")));
        QVERIFY(!reply->isFinished());
        WAIT_FINISHED(reply);
        QCOMPARE(reply->error(), QNetworkReply::NoError);
        QCOMPARE(server.arrivals().last().field("Host"), "server.test:" + QByteArray::number(server.port()));
    }
    QCOMPARE(server.accepted(), 1);
}

void TestPooledRequest::bodyFromDevices()
{
    ScriptedServer server;
    PooledAccessManager manager;
    QBuffer buffer;
    buffer.setData("0123456789");
    QVERIFY(buffer.open(QIODevice::ReadOnly));
    QVERIFY(buffer.seek(4));
    const Reply reply(manager.post(requestFor(server.url()), &buffer));
    WAIT_FINISHED(reply);
    QVERIFY(isPooled(reply));
    QCOMPARE(server.arrivals().first().body, "456789");
}

void TestPooledRequest::largeBodies()
{
    const QByteArray large(5'000'000, 'x');
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, large))});
    PoolOptions options;
    options.maxAnswerBytes = large.size();
    PooledAccessManager manager(options);
    for (int i = 0; i < 3; ++i) {
        const Reply reply(manager.post(requestFor(server.url()), large));
        WAIT_FINISHED(reply);
        QCOMPARE(reply->error(), QNetworkReply::NoError);
        QVERIFY(reply->readAll() == large);
        QVERIFY(server.arrivals().last().body == large);
    }
    QCOMPARE(server.accepted(), 1);
}

/// After the body is copied into the text to send, no other copy of a start request's body is kept.
void TestPooledRequest::aLargeBodyIsThereOnce()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "ok"))});
    PooledAccessManager manager;
    const QByteArray large(1'000'000, 'x');
    OnceBody body(large);
    QNetworkRequest request = requestFor(server.url());
    request.setHeader(QNetworkRequest::ContentLengthHeader, large.size());
    QVERIFY(!large.isDetached());
    const Reply reply(manager.post(request, &body));
    QVERIFY(large.isDetached());
    QVERIFY(body.wasRead());
    QVERIFY(body.atEnd());
    QCOMPARE(body.bytesAvailable(), 0);
    WAIT_FINISHED(reply);
    QVERIFY(server.arrivals().last().body == large);
}

/// The response arrives while the request is still being sent. It is used, but the connection is not reused.
void TestPooledRequest::earlyAnswerToALargeBody()
{
    ScriptedServer server;
    server.setOnAccept(
        {ScriptedServer::write(ScriptedServer::answer(413, "too much")), ScriptedServer::hold()});
    PooledAccessManager manager;
    const Reply reply(manager.post(requestFor(server.url()), QByteArray(50'000'000, 'x')));
    WAIT_FINISHED(reply);
    QCOMPARE(reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 413);
    QCOMPARE(reply->readAll(), "too much");
    QCOMPARE(manager.connectionCount(), 0);
}

HOLDLINE_TEST(TestPooledRequest)
#include "tst_pooledrequest.moc"
