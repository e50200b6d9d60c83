// SPDX-License-Identifier: GPL-3.0-or-later
// When PooledAccessManager may reuse a connection, and how it handles a server that has closed it.
#include "tests/sockets/upstream/poolfixture.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace holdline;
using namespace holdline::test;

namespace {

/// Shuts down the sending side of each socket of this process that is connected to this port. The next write
/// fails with EPIPE, while reading reports nothing. Returns the number of sockets.
int refuseWritesTo(quint16 port)
{
    int count = 0;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
            ::shutdown(descriptor, SHUT_WR);
            ++count;
        }
    }
    return count;
}

}  // namespace

class TestStaleConnections : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void idleConnectionsAreClosed();
    void announcedKeepAliveIsHonoured_data();
    void announcedKeepAliveIsHonoured();
    void staleConnectionIsSeenBeforeTheWrite();
    void untakenRequestGetsOneMoreConnection();
    void untakenRequestGetsNoThirdConnection();
    void closedIdleConnectionIsForgotten();
    void closesAReusedConnection_data();
    void closesAReusedConnection();
    void unaskedBytesEndAConnection();
    void surplusAfterAnAnswerEndsAConnection();
    void noReuse_data();
    void noReuse();
};

void TestStaleConnections::idleConnectionsAreClosed()
{
    ScriptedServer server;
    PoolOptions hasty = options(ConnectionScope::Account);
    hasty.idleTimeout = 30ms;
    PooledAccessManager manager(hasty);
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QTRY_COMPARE(manager.connectionCount(), 0);
    QTRY_COMPARE(server.openConnections(), 0);
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QCOMPARE(server.accepted(), 2);
}

void TestStaleConnections::announcedKeepAliveIsHonoured_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("idle");
    QTest::newRow("too short") << QByteArray("Keep-Alive: timeout=1\r\n") << 0;
    QTest::newRow("zero") << QByteArray("Keep-Alive: timeout=0, max=5\r\n") << 0;
    QTest::newRow("long") << QByteArray("Keep-Alive: max=5, Timeout=60\r\n") << 1;
    QTest::newRow("nonsense") << QByteArray("Keep-Alive: timeout=soon, =\r\n") << 1;
}

void TestStaleConnections::announcedKeepAliveIsHonoured()
{
    QFETCH(QByteArray, fields);
    QFETCH(int, idle);
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}", fields))});
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply reply = post(manager, server.url(), "a");
    ANSWERED(reply);
    QCOMPARE(manager.idleCount(), idle);
}

/// The FIN has arrived, but the event loop has not seen it. A request written now would be lost, so it is not
/// written.
void TestStaleConnections::staleConnectionIsSeenBeforeTheWrite()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    for (int round = 1; round <= 5; ++round) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QCOMPARE(server.accepted(), round);
        QCOMPARE(server.arrivalCount(), round);
        QCOMPARE(manager.idleCount(), 1);
        server.closeAll();
    }
}

/// The connection looks usable, but the write fails. The system accepted no bytes, so the request may be sent
/// on another connection.
void TestStaleConnections::untakenRequestGetsOneMoreConnection()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QCOMPARE(refuseWritesTo(server.port()), 1);
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QVERIFY(wasSent(second));
    QCOMPARE(server.accepted(), 2);
    QCOMPARE(server.arrivalCount(), 2);
}

void TestStaleConnections::untakenRequestGetsNoThirdConnection()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    server.stopListening();
    QCOMPARE(refuseWritesTo(static_cast<quint16>(first->url().port())), 1);
    const Reply second = post(manager, first->url(), "a");
    WAIT_FINISHED(second);
    QCOMPARE(second->error(), QNetworkReply::ConnectionRefusedError);
    QVERIFY(!wasSent(second));
    QCOMPARE(server.arrivalCount(), 1);
    QCOMPARE(manager.connectionCount(), 0);
}

void TestStaleConnections::closedIdleConnectionIsForgotten()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply reply = post(manager, server.url(), "a");
    ANSWERED(reply);
    server.closeAll();
    QTRY_COMPARE(manager.connectionCount(), 0);
}

void TestStaleConnections::closesAReusedConnection_data()
{
    QTest::addColumn<ScriptedServer::Step>("ending");
    QTest::newRow("FIN") << ScriptedServer::close();
    QTest::newRow("RST") << ScriptedServer::reset();
}

void TestStaleConnections::closesAReusedConnection()
{
    QFETCH(ScriptedServer::Step, ending);
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    server.setDefault({ending});
    const Reply second = post(manager, server.url(), "a");
    WAIT_FINISHED(second);
    QCOMPARE(second->error(), QNetworkReply::RemoteHostClosedError);
    QVERIFY(wasSent(second));
    QCOMPARE(second->attribute(PooledAccessManager::ProxyStatusAttribute).toByteArray(),
             "connection_terminated");
    QCOMPARE(server.accepted(), 1);
    QCOMPARE(server.arrivalCount(), 2);
    // The request is not sent again: the next request is the third arrival.
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    const Reply third = post(manager, server.url(), "a");
    ANSWERED(third);
    QCOMPARE(server.arrivalCount(), 3);
}

void TestStaleConnections::unaskedBytesEndAConnection()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, "first")), ScriptedServer::hold(),
                    ScriptedServer::write(ScriptedServer::answer(200, "forged"))});
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QCOMPARE(manager.idleCount(), 1);
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();  // the forged response has arrived, but the event loop has not seen it
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

void TestStaleConnections::surplusAfterAnAnswerEndsAConnection()
{
    ScriptedServer server;
    server.enqueue(
        {ScriptedServer::write(ScriptedServer::answer(200, "mine") + ScriptedServer::answer(200, "forged"))});
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QCOMPARE(first->readAll(), "mine");
    QCOMPARE(manager.connectionCount(), 0);
    const Reply second = post(manager, server.url(), "a");
    ANSWERED(second);
    QVERIFY(second->readAll().contains("running"));
}

void TestStaleConnections::noReuse_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("close") << ScriptedServer::answer(200, "{}", "Connection: close\r\n");
    QTest::newRow("1.0") << QByteArray("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    QTest::newRow("length on 204") << QByteArray("HTTP/1.1 204 N\r\nContent-Length: 2\r\n\r\n{}");
}

void TestStaleConnections::noReuse()
{
    QFETCH(QByteArray, answer);
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(answer)});
    PooledAccessManager manager(options(ConnectionScope::Any));
    for (int i = 1; i <= 2; ++i) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
        QCOMPARE(manager.connectionCount(), 0);
        QCOMPARE(server.accepted(), i);
    }
}

HOLDLINE_TEST(TestStaleConnections)
#include "tst_staleconnections.moc"
