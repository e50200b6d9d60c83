// SPDX-License-Identifier: GPL-3.0-or-later
// PooledAccessManager over TLS when the handshake succeeds: reuse, resumption, sizes, ends. Common behaviour
// is in tst_conformance, failed handshakes are in tst_tlsrefusals.
#include "tests/sockets/upstream/poolfixture.h"
#include "tests/sockets/upstream/tlsfixture.h"
#include "tests/support/names.h"
#include "tests/support/suite.h"

#include <netinet/in.h>
#include <sys/socket.h>

using namespace holdline;
using namespace holdline::test;

namespace {

QByteArray proxyStatus(const Reply &reply)
{
    return reply->attribute(PooledAccessManager::ProxyStatusAttribute).toByteArray();
}

/// Returns bytes in which a misplaced piece is noticed.
QByteArray numbered(qsizetype size)
{
    QByteArray bytes;
    for (int i = 0; bytes.size() < size; ++i)
        bytes += QByteArray::number(i) + ' ';
    return bytes.first(size);
}

}  // namespace

class TestTlsConnections : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void namesTheServer_data();
    void namesTheServer();
    void usesConnectionsAgainInSpiteOfTickets();
    void resumesSessions_data();
    void resumesSessions();
    void allStartsAtOnce();
    void bigBodies_data();
    void bigBodies();
    void endOfTheConnection_data();
    void endOfTheConnection();
    void idleConnectionThatEndsIsForgotten_data();
    void idleConnectionThatEndsIsForgotten();
    void staleConnectionIsSeenBeforeTheWrite();
    void untakenRequestGetsOneMoreConnection();
    void unaskedDataEndsAConnection();
    void tooManyRecordsWithoutData_data();
    void tooManyRecordsWithoutData();
    void newRulesNeedNewConnections();
    void showsItsCertificate_data();
    void showsItsCertificate();
};

void TestTlsConnections::namesTheServer_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("name") << QStringLiteral("server.test") << QByteArray("server.test");
    QTest::newRow("absolute name") << QStringLiteral("server.test.") << QByteArray("server.test");
    QTest::newRow("address") << QStringLiteral("127.0.0.1") << QByteArray();
}

void TestTlsConnections::namesTheServer()
{
    QFETCH(QString, host);
    QFETCH(QByteArray, name);
    const HostName known("server.test");
    const HostName absolute("server.test.");
    TlsScriptedServer server;
    QUrl url = server.url();
    url.setHost(host);
    PooledAccessManager manager(trusting());
    const Reply reply = post(manager, url, "a");
    ANSWERED(reply);
    QCOMPARE(server.tls->lastName(), name);
    QCOMPARE(server.tls->lastProtocol(), "http/1.1");
    QCOMPARE(server.arrivals().first().body, kBody);
}

/// Unread session tickets on an idle connection are no reason to close it.
void TestTlsConnections::usesConnectionsAgainInSpiteOfTickets()
{
    TlsScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}")), ScriptedServer::hold(),
                       ScriptedServer::tickets(3)});
    PooledAccessManager manager(trusting());
    for (int i = 0; i < 5; ++i) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QTRY_COMPARE(server.holding(), 1);
        server.releaseAll();  // the event loop has not seen these tickets when the next request is sent
        if (i == 3)
            QTest::qWait(0);  // here the event loop has seen them
    }
    QCOMPARE(server.accepted(), 1);
    QCOMPARE(server.arrivalCount(), 5);
    QCOMPARE(manager.idleCount(), 1);
}

void TestTlsConnections::resumesSessions_data()
{
    QTest::addColumn<bool>("onlyTls12");
    QTest::newRow("TLS 1.3") << false;
    QTest::newRow("TLS 1.2") << true;
}

void TestTlsConnections::resumesSessions()
{
    QFETCH(bool, onlyTls12);
    TlsScriptedServer server(localIdentity(), {.onlyTls12 = onlyTls12});
    PooledAccessManager manager(trusting());
    for (int round = 1; round <= 4; ++round) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QTRY_COMPARE(server.tls->handshakes(), round);
        QCOMPARE(server.tls->resumed(), round - 1);
        server.closeAll();
        QTRY_COMPARE(manager.connectionCount(), 0);
    }
    // Another manager does not share these TLS sessions.
    PooledAccessManager other(trusting());
    const Reply reply = post(other, server.url(), "a");
    ANSWERED(reply);
    QCOMPARE(server.tls->resumed(), 3);
}

void TestTlsConnections::allStartsAtOnce()
{
    TlsScriptedServer server;
    server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    PooledAccessManager manager(trusting());
    std::vector<Reply> replies;
    for (int i = 0; i < 60; ++i)
        replies.push_back(post(manager, server.url(), QByteArray::number(i)));
    QTRY_COMPARE_WITH_TIMEOUT(server.holding(), 60, 20'000);
    server.releaseAll();
    for (const Reply &reply : replies)
        ANSWERED(reply);
    QCOMPARE(server.arrivalCount(), 60);
    QCOMPARE(server.mostOpenConnections(), 60);
}

void TestTlsConnections::bigBodies_data()
{
    QTest::addColumn<qsizetype>("request");
    QTest::addColumn<qsizetype>("answer");
    QTest::newRow("more than a record back") << qsizetype(1) << qsizetype(40'000);
    QTest::newRow("much back") << qsizetype(1) << qsizetype(5'000'000);
    QTest::newRow("more than a record") << qsizetype(40'000) << qsizetype(1);
    QTest::newRow("much") << qsizetype(5'000'000) << qsizetype(1);
    QTest::newRow("much both ways") << qsizetype(5'000'000) << qsizetype(5'000'000);
}

void TestTlsConnections::bigBodies()
{
    QFETCH(qsizetype, request);
    QFETCH(qsizetype, answer);
    TlsScriptedServer server;
    const QByteArray down = numbered(answer);
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, down))});
    PoolOptions large = trusting();
    large.maxAnswerBytes = 6'000'000;
    PooledAccessManager manager(large);
    const QByteArray up = numbered(request);
    for (int round = 1; round <= 2; ++round) {
        QNetworkRequest wanted(server.url());
        wanted.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("text/plain"));
        const Reply reply(manager.post(wanted, up));
        ANSWERED(reply);
        QVERIFY(reply->readAll() == down);
        QVERIFY(server.arrivals().last().body == up);
        QCOMPARE(server.arrivalCount(), round);
    }
    QCOMPARE(server.accepted(), 1);
}

void TestTlsConnections::endOfTheConnection_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<ScriptedServer::Step>("ending");
    QTest::addColumn<bool>("whole");
    const QByteArray untilClosed = "HTTP/1.1 200 OK\r\n\r\nall";
    const QByteArray complete = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall";
    const QByteArray withLength = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall";
    const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n";
    QTest::newRow("until closed, close_notify") << untilClosed << ScriptedServer::close() << true;
    QTest::newRow("until closed, FIN alone") << untilClosed << ScriptedServer::truncate() << false;
    QTest::newRow("until closed, RST") << untilClosed << ScriptedServer::reset() << false;
    QTest::newRow("complete, FIN alone") << complete << ScriptedServer::truncate() << true;
    QTest::newRow("complete, RST") << complete << ScriptedServer::reset() << true;
    QTest::newRow("length, close_notify") << withLength << ScriptedServer::close() << false;
    QTest::newRow("length, FIN alone") << withLength << ScriptedServer::truncate() << false;
    QTest::newRow("chunked, close_notify") << chunked << ScriptedServer::close() << false;
    QTest::newRow("chunked, FIN alone") << chunked << ScriptedServer::truncate() << false;
}

/// Only close_notify ends a response without a length. A FIN alone may come from an attacker on the network.
void TestTlsConnections::endOfTheConnection()
{
    QFETCH(QByteArray, answer);
    QFETCH(ScriptedServer::Step, ending);
    QFETCH(bool, whole);
    TlsScriptedServer server;
    server.setDefault({ScriptedServer::write(answer), ScriptedServer::hold(), ending});
    PooledAccessManager manager(trusting());
    const Reply reply = post(manager, server.url(), "a");
    QTRY_COMPARE(reply->bytesAvailable(), 3);
    // A complete response has finished before the connection ends.
    QTRY_VERIFY(reply->isFinished() || server.holding() == 1);
    server.releaseAll();
    WAIT_FINISHED(reply);
    QCOMPARE(reply->readAll(), "all");
    QCOMPARE(reply->error(), whole ? QNetworkReply::NoError : QNetworkReply::RemoteHostClosedError);
    QCOMPARE(proxyStatus(reply), whole ? "" : "http_response_incomplete");
    QVERIFY(wasSent(reply));
    QCOMPARE(server.arrivalCount(), 1);
    QTRY_COMPARE(manager.connectionCount(), 0);
}

void TestTlsConnections::idleConnectionThatEndsIsForgotten_data()
{
    QTest::addColumn<ScriptedServer::Step>("ending");
    QTest::newRow("close_notify") << ScriptedServer::close();
    QTest::newRow("FIN") << ScriptedServer::truncate();
    QTest::newRow("RST") << ScriptedServer::reset();
}

void TestTlsConnections::idleConnectionThatEndsIsForgotten()
{
    QFETCH(ScriptedServer::Step, ending);
    TlsScriptedServer server;
    server.setDefault(
        {ScriptedServer::write(ScriptedServer::answer(200, "{}")), ScriptedServer::hold(), ending});
    PooledAccessManager manager(trusting());
    const Reply reply = post(manager, server.url(), "a");
    ANSWERED(reply);
    QCOMPARE(manager.idleCount(), 1);
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();
    QTRY_COMPARE(manager.connectionCount(), 0);
    QTRY_COMPARE(server.openConnections(), 0);
}

/// The end of the connection has arrived, but the event loop has not seen it.
void TestTlsConnections::staleConnectionIsSeenBeforeTheWrite()
{
    TlsScriptedServer server;
    PooledAccessManager manager(trusting());
    for (int round = 1; round <= 3; ++round) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QCOMPARE(server.accepted(), round);
        QCOMPARE(server.arrivalCount(), round);
        QCOMPARE(manager.idleCount(), 1);
        server.closeAll();
    }
}

/// The connection looks usable, but the write fails.
void TestTlsConnections::untakenRequestGetsOneMoreConnection()
{
    TlsScriptedServer server;
    PooledAccessManager manager(trusting());
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    int shut = 0;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == server.port()) {
            ::shutdown(descriptor, SHUT_WR);
            ++shut;
        }
    }
    QCOMPARE(shut, 1);
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QVERIFY(wasSent(second));
    QCOMPARE(server.accepted(), 2);
    QCOMPARE(server.arrivalCount(), 2);
}

void TestTlsConnections::unaskedDataEndsAConnection()
{
    TlsScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, "first")), ScriptedServer::hold(),
                    ScriptedServer::write(ScriptedServer::answer(200, "forged"))});
    PooledAccessManager manager(trusting());
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QVERIFY(second->readAll().contains("running"));
    QCOMPARE(server.accepted(), 2);

    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, "third")), ScriptedServer::hold(),
                    ScriptedServer::write("x")});
    const Reply third = post(manager, server.url(), "a");
    ANSWERED(third);
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();
    QTRY_COMPARE(manager.connectionCount(), 0);
}

void TestTlsConnections::tooManyRecordsWithoutData_data()
{
    QTest::addColumn<bool>("idle");
    QTest::newRow("idle") << true;
    QTest::newRow("before the answer") << false;
}

void TestTlsConnections::tooManyRecordsWithoutData()
{
    QFETCH(bool, idle);
    TlsScriptedServer server;
    const auto answer = ScriptedServer::write(ScriptedServer::answer(200, "{}"));
    if (idle)
        server.setDefault({answer, ScriptedServer::hold(), ScriptedServer::tickets(50)});
    else
        server.setDefault({ScriptedServer::hold(), ScriptedServer::tickets(50), answer});
    PooledAccessManager manager(trusting());
    const Reply reply = post(manager, server.url(), "a");
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();
    WAIT_FINISHED(reply);
    QTRY_COMPARE(manager.connectionCount(), 0);
    if (idle) {
        QCOMPARE(reply->error(), QNetworkReply::NoError);
        return;
    }
    QVERIFY(reply->error() != QNetworkReply::NoError);
    QCOMPARE(proxyStatus(reply), "tls_protocol_error");
    QVERIFY(wasSent(reply));
}

/// A reload may bring another authority or another certificate. A connection from before must not be used for
/// a request after the reload.
void TestTlsConnections::newRulesNeedNewConnections()
{
    TlsScriptedServer server;
    PooledAccessManager manager(trusting());
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    server.enqueue({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    const Reply busy = post(manager, server.url(), "a");
    QTRY_COMPARE(server.holding(), 1);
    manager.setOptions(trusting());
    server.releaseAll();
    ANSWERED(busy);
    QCOMPARE(manager.connectionCount(), 0);
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QCOMPARE(server.accepted(), 2);
    QCOMPARE(server.tls->resumed(), 0);
    QCOMPARE(manager.idleCount(), 1);
    manager.setOptions(trusting());
    QCOMPARE(manager.connectionCount(), 0);
    // With files that cannot be used, nothing changes.
    const Reply third = post(manager, server.url(), "a");
    ANSWERED(third);
    PoolOptions broken = trusting();
    broken.tls.authorities = QStringLiteral("/no/such/file");
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the rules for TLS stay.*")));
    manager.setOptions(broken);
    QCOMPARE(manager.idleCount(), 1);
    const Reply fourth = post(manager, server.url(), "a");
    ANSWERED(fourth);
    QCOMPARE(server.accepted(), 3);
}

void TestTlsConnections::showsItsCertificate_data()
{
    resumesSessions_data();
}

void TestTlsConnections::showsItsCertificate()
{
    QFETCH(bool, onlyTls12);
    TlsScriptedServer server(localIdentity(),
                             {.clientAuthority = authority().file(), .onlyTls12 = onlyTls12});
    const TlsIdentity ours = authority().issue("DNS:client.test");
    PoolOptions known = trusting();
    known.tls.certificate = ours.certificate;
    known.tls.key = ours.key;
    PooledAccessManager manager(known);
    for (int round = 1; round <= 2; ++round) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QCOMPARE(server.accepted(), round);
        server.closeAll();
        QTRY_COMPARE(manager.connectionCount(), 0);
    }
}

HOLDLINE_TEST(TestTlsConnections)
#include "tst_tlsconnections.moc"
