// SPDX-License-Identifier: GPL-3.0-or-later
// PooledAccessManager as a QNetworkAccessManager: signals, errors, limits, and requests that it leaves to
// Qt's code. Other tests: common behaviour in tst_conformance, the sent bytes in tst_pooledrequest,
// connections in tst_connectionpool and tst_staleconnections, aborts in tst_pooledreply.
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/sockets/upstream/seenreply.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QNetworkProxy>
#include <QNetworkReply>
#include <QPointer>
#include <QTcpSocket>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace std::chrono_literals;
using test::follow;
using test::requestFor;
using test::ScriptedServer;
using test::Seen;
using Script = ScriptedServer::Script;
using Reply = std::unique_ptr<QNetworkReply>;

namespace {

QByteArray proxyStatus(const Reply &reply)
{
    return reply->attribute(PooledAccessManager::ProxyStatusAttribute).toByteArray();
}

bool isPooled(const Reply &reply)
{
    return reply->attribute(PooledAccessManager::RequestSentAttribute).isValid();
}

}  // namespace

#define WAIT_FINISHED(reply) QTRY_VERIFY_WITH_TIMEOUT((reply)->isFinished(), 20'000)

class TestPooledAccessManager : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void signalOrder();
    void answerBeyondTheLimit_data();
    void answerBeyondTheLimit();
    void endOfTheConnection_data();
    void endOfTheConnection();
    void refused();
    void unknownName();
    void noConnectionInTime();
    void transferTimeout_data();
    void transferTimeout();
    void leftToTheStockCode_data();
    void leftToTheStockCode();
    void managerSignalAndAutoDelete();
};

void TestPooledAccessManager::signalOrder()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(500, "oh"))});
    PooledAccessManager manager;
    for (int i = 0; i < 2; ++i) {  // first with a new connection, then with a reused one
        const Reply reply(manager.post(requestFor(server.url()), QByteArray("x")));
        const Seen seen = follow(reply.get());
        const QStringList order{QStringLiteral("metaDataChanged"), QStringLiteral("readyRead"),
                                QStringLiteral("errorOccurred"), QStringLiteral("finished")};
        QCOMPARE(seen.signalNames, order);
        QCOMPARE(seen.body, "oh");
    }
}

void TestPooledAccessManager::answerBeyondTheLimit_data()
{
    QTest::addColumn<Script>("script");
    const QByteArray block(64 * 1024, ' ');
    QTest::newRow("announced") << Script{
        ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")};
    QTest::newRow("until closed") << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\n\r\n"),
                                            ScriptedServer::flood(block)};
    QTest::newRow("chunked") << Script{
        ScriptedServer::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ScriptedServer::flood("10\r\n0123456789abcdef\r\n")};
}

void TestPooledAccessManager::answerBeyondTheLimit()
{
    QFETCH(Script, script);
    ScriptedServer server;
    server.setDefault(script);
    PoolOptions options;
    options.maxAnswerBytes = 100;
    PooledAccessManager manager(options);
    const Reply reply(manager.get(requestFor(server.url())));
    WAIT_FINISHED(reply);
    QCOMPARE(reply->error(), QNetworkReply::ProtocolFailure);
    QCOMPARE(proxyStatus(reply), "http_response_body_size");
    QVERIFY(reply->bytesAvailable() <= 100);
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestPooledAccessManager::endOfTheConnection_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<ScriptedServer::Step>("ending");
    QTest::addColumn<bool>("whole");
    const QByteArray untilClosed = "HTTP/1.1 200 OK\r\n\r\nall";
    const QByteArray withLength = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall";
    const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n";
    QTest::newRow("until closed, FIN") << untilClosed << ScriptedServer::close() << true;
    QTest::newRow("until closed, RST") << untilClosed << ScriptedServer::reset() << false;
    QTest::newRow("length, FIN") << withLength << ScriptedServer::close() << false;
    QTest::newRow("length, RST") << withLength << ScriptedServer::reset() << false;
    QTest::newRow("chunked, FIN") << chunked << ScriptedServer::close() << false;
    QTest::newRow("chunked, RST") << chunked << ScriptedServer::reset() << false;
}

/// A FIN ends a response without a length. After an RST, part of the response may be missing.
void TestPooledAccessManager::endOfTheConnection()
{
    QFETCH(QByteArray, answer);
    QFETCH(ScriptedServer::Step, ending);
    QFETCH(bool, whole);
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(answer), ScriptedServer::hold(), ending});
    PooledAccessManager manager;
    const Reply reply(manager.get(requestFor(server.url())));
    QTRY_COMPARE(reply->bytesAvailable(), 3);
    QVERIFY(!reply->isFinished());
    server.releaseAll();
    WAIT_FINISHED(reply);
    QCOMPARE(reply->readAll(), "all");
    QCOMPARE(reply->error(), whole ? QNetworkReply::NoError : QNetworkReply::RemoteHostClosedError);
    QCOMPARE(proxyStatus(reply), whole ? "" : "http_response_incomplete");
    QCOMPARE(server.arrivalCount(), 1);
    QCOMPARE(manager.connectionCount(), 0);
}

void TestPooledAccessManager::refused()
{
    QUrl url(QStringLiteral("http://127.0.0.1/"));
    url.setPort(ScriptedServer::unusedPort());
    PooledAccessManager manager;
    const Reply reply(manager.get(requestFor(url)));
    const Seen seen = follow(reply.get());
    QCOMPARE(seen.error, QNetworkReply::ConnectionRefusedError);
    QCOMPARE(seen.signalNames, (QStringList{QStringLiteral("errorOccurred"), QStringLiteral("finished")}));
    QCOMPARE(proxyStatus(reply), "connection_refused");
    QCOMPARE(reply->attribute(PooledAccessManager::RequestSentAttribute).toBool(), false);
    QVERIFY(!reply->errorString().isEmpty());
}

void TestPooledAccessManager::unknownName()
{
    PooledAccessManager manager;
    const Reply reply(manager.get(requestFor(QUrl(QStringLiteral("http://no-such-name.invalid/")))));
    const Seen seen = follow(reply.get());
    QCOMPARE(seen.error, QNetworkReply::HostNotFoundError);
    QCOMPARE(proxyStatus(reply), "dns_error");
    QCOMPARE(manager.connectionCount(), 0);
}

void TestPooledAccessManager::noConnectionInTime()
{
    const test::FullBacklog deaf;
    PoolOptions options;
    options.connectTimeout = 50ms;
    PooledAccessManager manager(options);
    const Reply reply(manager.get(requestFor(deaf.url())));
    const Seen seen = follow(reply.get());
    QCOMPARE(seen.error, QNetworkReply::TimeoutError);
    QCOMPARE(proxyStatus(reply), "connection_timeout");
    QCOMPARE(reply->attribute(PooledAccessManager::RequestSentAttribute).toBool(), false);
    QCOMPARE(manager.connectionCount(), 0);
}

void TestPooledAccessManager::transferTimeout_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<bool>("byManager");
    for (const bool byManager : {false, true}) {
        const char *whose = byManager ? "manager's" : "request's";
        QTest::addRow("%s, no answer", whose) << Script{ScriptedServer::hold()} << byManager;
        QTest::addRow("%s, half an answer", whose)
            << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"),
                      ScriptedServer::hold()}
            << byManager;
        QTest::addRow("%s, trickling", whose) << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\n\r\n"),
                                                        ScriptedServer::bytewise(QByteArray(10'000'000, 'x'))}
                                              << byManager;
    }
}

void TestPooledAccessManager::transferTimeout()
{
    QFETCH(Script, script);
    QFETCH(bool, byManager);
    ScriptedServer server;
    PoolOptions options;
    options.maxAnswerBytes = 20'000'000;
    PooledAccessManager manager(options);
    QNetworkRequest request = requestFor(server.url());
    // On an open connection the request is sent inside get(), even on a slow machine.
    const Reply warmUp(manager.get(request));
    WAIT_FINISHED(warmUp);
    server.setDefault(script);
    if (byManager)
        manager.setTransferTimeout(100);
    else
        request.setTransferTimeout(100);
    const Reply reply(manager.get(request));
    WAIT_FINISHED(reply);
    QCOMPARE(reply->error(), QNetworkReply::OperationCanceledError);
    QCOMPARE(proxyStatus(reply), "http_response_timeout");
    QCOMPARE(reply->attribute(PooledAccessManager::RequestSentAttribute).toBool(), true);
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestPooledAccessManager::leftToTheStockCode_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"credentials", "proxy", "incomplete body", "data", "nothing"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void TestPooledAccessManager::leftToTheStockCode()
{
    QFETCH(QString, what);
    ScriptedServer server;
    PooledAccessManager manager;
    QUrl url = server.url();
    if (what == QStringLiteral("credentials")) {
        url.setUserInfo(QStringLiteral("user:password"));
    } else if (what == QStringLiteral("proxy")) {
        manager.setProxy(QNetworkProxy(QNetworkProxy::HttpProxy, QStringLiteral("127.0.0.1"), server.port()));
    } else if (what == QStringLiteral("data")) {
        url = QUrl(QStringLiteral("data:,hello"));
    } else if (what == QStringLiteral("nothing")) {
        url = QUrl();
    }
    Reply reply;
    QTcpSocket silent;  // sequential, with nothing to read
    if (what == QStringLiteral("incomplete body")) {
        silent.connectToHost(QHostAddress::LocalHost, server.port());
        QTRY_COMPARE(silent.state(), QAbstractSocket::ConnectedState);
        QNetworkRequest request = requestFor(server.url());
        request.setHeader(QNetworkRequest::ContentLengthHeader, 5);
        request.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
        reply.reset(manager.post(request, &silent));
        QVERIFY(!isPooled(reply));
        reply->abort();
    } else {
        reply.reset(manager.get(requestFor(url)));
    }
    WAIT_FINISHED(reply);
    QVERIFY(!isPooled(reply));
    QCOMPARE(manager.connectionCount(), 0);
}

void TestPooledAccessManager::managerSignalAndAutoDelete()
{
    ScriptedServer server;
    PooledAccessManager manager;
    manager.setAutoDeleteReplies(true);
    QPointer<QNetworkReply> reply(manager.post(requestFor(server.url()), QByteArray("x")));
    QCOMPARE(reply->manager(), &manager);
    QNetworkReply *told = nullptr;
    connect(&manager, &QNetworkAccessManager::finished, this,
            [&told](QNetworkReply *which) { told = which; });
    QNetworkReply *raw = reply.data();
    QTRY_COMPARE(told, raw);
    QTRY_VERIFY(!reply);
}

HOLDLINE_TEST(TestPooledAccessManager)
#include "tst_pooledaccessmanager.moc"
