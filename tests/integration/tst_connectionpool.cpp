// SPDX-License-Identifier: GPL-3.0-or-later
// How PooledAccessManager uses its connections: reuse, scopes, cap, queue, idle and stale connections.
#include "service/holdline/upstream/pooledaccessmanager.h"
#include "tests/support/scriptedserver.h"

#include <QNetworkReply>
#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace std::chrono_literals;
using test::ScriptedServer;
using Reply = std::unique_ptr<QNetworkReply>;

namespace {

const QByteArray kBody = R"({"account":"a"})";

Reply post(QNetworkAccessManager &manager, const QUrl &url, const QByteArray &account)
{
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    request.setRawHeader("X-Account", account);
    request.setAttribute(PooledAccessManager::AffinityAttribute, account);
    return Reply(manager.post(request, kBody));
}

bool wasSent(const Reply &reply)
{
    const QVariant sent = reply->attribute(PooledAccessManager::RequestSentAttribute);
    return !sent.isValid() || sent.toBool();
}

PoolOptions options(ConnectionScope scope, int cap = 100)
{
    PoolOptions made;
    made.scope = scope;
    made.maxConnections = cap;
    return made;
}

}  // namespace

#define WAIT_FINISHED(reply) QTRY_VERIFY_WITH_TIMEOUT((reply)->isFinished(), 20'000)
#define ANSWERED(reply)                                                                           \
    do {                                                                                          \
        WAIT_FINISHED(reply);                                                                     \
        QVERIFY2((reply)->error() == QNetworkReply::NoError, qPrintable((reply)->errorString())); \
    } while (false)

class TestConnectionPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void sequentialRequestsShareOneConnection();
    void requestMadeInFinishedSlotReuses();
    void accountScope_neverLendsAConnection();
    void anyScope_prefersTheLastUsed();
    void accountScope_evictsTheLeastRecentlyUsed();
    void case48_thirtySlowStartsInParallel();
    void capHoldsAndQueueIsServedInOrder();
    void fullQueueFailsAtOnce();
    void abortedQueuedRequestIsNeverSent();
    void slotPerConnection_data();
    void slotPerConnection();
    void idleConnectionsAreClosed();
    void announcedKeepAliveIsHonoured_data();
    void announcedKeepAliveIsHonoured();
    void staleConnectionIsSeenBeforeTheWrite();
    void closedIdleConnectionIsForgotten();
    void case44_closesAReusedConnection_data();
    void case44_closesAReusedConnection();
    void unaskedBytesEndAConnection();
    void surplusAfterAnAnswerEndsAConnection();
    void noReuse_data();
    void noReuse();
    void fewerConnectionsTakeEffect();
    void refusedOnesDoNotBlockTheQueue();
};

void TestConnectionPool::sequentialRequestsShareOneConnection()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    for (int i = 0; i < 20; ++i) {
        const Reply reply = post(manager, server.url(), "a");
        ANSWERED(reply);
    }
    QCOMPARE(server.accepted(), 1);
    QCOMPARE(server.arrivalCount(), 20);
    QCOMPARE(manager.connectionCount(), 1);
    QCOMPARE(manager.idleCount(), 1);
}

void TestConnectionPool::requestMadeInFinishedSlotReuses()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    Reply second;
    connect(first.get(), &QNetworkReply::finished, &manager,
            [&] { second = post(manager, server.url(), "a"); });
    QTRY_VERIFY(second);
    ANSWERED(second);
    QCOMPARE(server.accepted(), 1);
}

void TestConnectionPool::accountScope_neverLendsAConnection()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    for (const char *account : {"a", "b", "c", "a", "b", "c", "c", "a"}) {
        const Reply reply = post(manager, server.url(), account);
        ANSWERED(reply);
    }
    QCOMPARE(server.accepted(), 3);
    for (const ScriptedServer::Arrival &arrival : server.arrivals())
        QCOMPARE(arrival.connection, arrival.field("X-Account").at(0) - 'a' + 1);
}

void TestConnectionPool::anyScope_prefersTheLastUsed()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    PooledAccessManager manager(options(ConnectionScope::Any));
    const Reply a = post(manager, server.url(), "a");
    const Reply b = post(manager, server.url(), "b");
    QTRY_COMPARE(server.holding(), 2);
    server.releaseAll();
    ANSWERED(a);
    ANSWERED(b);
    QCOMPARE(server.accepted(), 2);
    const auto connectionOf = [&server](const QByteArray &account) {
        for (auto at = server.arrivals().crbegin(); at != server.arrivals().crend(); ++at) {
            if (at->field("X-Account") == account)
                return at->connection;
        }
        return 0;
    };
    const int ofA = connectionOf("a");
    const int ofB = connectionOf("b");
    QVERIFY(ofA != ofB);
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    for (const char *account : {"b", "a", "b", "a"}) {
        const Reply reply = post(manager, server.url(), account);
        ANSWERED(reply);
        QCOMPARE(connectionOf(account), account[0] == 'a' ? ofA : ofB);
    }
    const Reply c = post(manager, server.url(), "c");
    ANSWERED(c);
    QCOMPARE(server.accepted(), 2);
}

void TestConnectionPool::accountScope_evictsTheLeastRecentlyUsed()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account, 2));
    for (const char *account : {"a", "b", "a", "c"}) {  // the place of b is taken
        const Reply reply = post(manager, server.url(), account);
        ANSWERED(reply);
        QVERIFY(manager.connectionCount() <= 2);
    }
    QCOMPARE(server.accepted(), 3);
    const Reply a = post(manager, server.url(), "a");
    ANSWERED(a);
    QCOMPARE(server.accepted(), 3);
    const Reply b = post(manager, server.url(), "b");
    ANSWERED(b);
    QCOMPARE(server.accepted(), 4);
    QTRY_COMPARE(server.openConnections(), 2);
}

void TestConnectionPool::case48_thirtySlowStartsInParallel()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    PooledAccessManager manager(options(ConnectionScope::Account));
    std::vector<Reply> replies;
    for (int i = 0; i < 30; ++i)
        replies.push_back(post(manager, server.url(), QByteArray::number(i)));
    QTRY_COMPARE(server.holding(), 30);
    server.releaseAll();
    for (const Reply &reply : replies)
        ANSWERED(reply);
    QCOMPARE(server.arrivalCount(), 30);
}

void TestConnectionPool::capHoldsAndQueueIsServedInOrder()
{
    for (const ConnectionScope scope : {ConnectionScope::Account, ConnectionScope::Any}) {
        ScriptedServer server;
        server.setDefault({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
        PooledAccessManager manager(options(scope, 2));
        std::vector<Reply> replies;
        for (int i = 0; i < 10; ++i)
            replies.push_back(post(manager, server.url(), QByteArray::number(i)));
        QCOMPARE(manager.queuedCount(), 8);
        for (int done = 0; done < 10; ++done) {
            QTRY_VERIFY(server.holding() > 0);
            QVERIFY(manager.connectionCount() <= 2);
            server.releaseOne();
            QTRY_COMPARE(server.arrivalCount(), std::min(10, done + 3));
        }
        for (const Reply &reply : replies)
            ANSWERED(reply);
        for (int i = 2; i < 10; ++i)
            QCOMPARE(server.arrivals().at(i).field("X-Account"), QByteArray::number(i));
        QCOMPARE(server.accepted(), scope == ConnectionScope::Any ? 2 : 10);
        QCOMPARE(manager.queuedCount(), 0);
    }
}

void TestConnectionPool::fullQueueFailsAtOnce()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold()});
    PoolOptions small = options(ConnectionScope::Account, 1);
    small.maxQueued = 1;
    PooledAccessManager manager(small);
    const Reply first = post(manager, server.url(), "a");
    const Reply second = post(manager, server.url(), "a");
    const Reply third = post(manager, server.url(), "a");
    QVERIFY(!third->isFinished());
    WAIT_FINISHED(third);
    QCOMPARE(third->error(), QNetworkReply::TemporaryNetworkFailureError);
    QCOMPARE(third->attribute(PooledAccessManager::ProxyStatusAttribute).toByteArray(),
             "connection_limit_reached");
    QVERIFY(!wasSent(third));
    QVERIFY(!first->isFinished());
    QVERIFY(!second->isFinished());
}

void TestConnectionPool::abortedQueuedRequestIsNeverSent()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::hold(), ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    PooledAccessManager manager(options(ConnectionScope::Account, 1));
    const Reply first = post(manager, server.url(), "a");
    const Reply aborted = post(manager, server.url(), "aborted");
    Reply deleted = post(manager, server.url(), "deleted");
    const Reply last = post(manager, server.url(), "b");
    aborted->abort();
    QVERIFY(aborted->isFinished());
    QVERIFY(!wasSent(aborted));
    deleted.reset();
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();
    ANSWERED(first);
    ANSWERED(last);
    QCOMPARE(server.arrivalCount(), 2);
    QCOMPARE(server.arrivals().at(1).field("X-Account"), "b");
}

void TestConnectionPool::slotPerConnection_data()
{
    QTest::addColumn<int>("accounts");
    QTest::addColumn<int>("each");
    QTest::addColumn<int>("cap");
    QTest::newRow("one account, two at once") << 1 << 2 << 10;
    QTest::newRow("one account, many at once") << 1 << 20 << 5;
    QTest::newRow("more accounts than connections") << 30 << 3 << 4;
    QTest::newRow("100 accounts, 5 each") << 100 << 5 << 1000;
}

/// An upstream that serves an account's next connection only when the one before is closed: no idle
/// connection may keep the others waiting until its idle time is over.
void TestConnectionPool::slotPerConnection()
{
    QFETCH(int, accounts);
    QFETCH(int, each);
    QFETCH(int, cap);
    ScriptedServer server;
    server.setOnePerConnection("X-Account");
    PoolOptions patient = options(ConnectionScope::Account, cap);
    patient.idleTimeout = 1h;
    PooledAccessManager manager(patient);
    std::vector<Reply> replies;
    for (int i = 0; i < each; ++i) {
        for (int account = 0; account < accounts; ++account)
            replies.push_back(post(manager, server.url(), QByteArray::number(account)));
    }
    for (const Reply &reply : replies)
        ANSWERED(reply);
    QCOMPARE(server.arrivalCount(), accounts * each);
    QVERIFY(server.mostOpenConnections() <= 2 * cap);  // closes are on their way when successors arrive
}

void TestConnectionPool::idleConnectionsAreClosed()
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

void TestConnectionPool::announcedKeepAliveIsHonoured_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("idle");
    QTest::newRow("too short") << QByteArray("Keep-Alive: timeout=1\r\n") << 0;
    QTest::newRow("zero") << QByteArray("Keep-Alive: timeout=0, max=5\r\n") << 0;
    QTest::newRow("long") << QByteArray("Keep-Alive: max=5, Timeout=60\r\n") << 1;
    QTest::newRow("nonsense") << QByteArray("Keep-Alive: timeout=soon, =\r\n") << 1;
}

void TestConnectionPool::announcedKeepAliveIsHonoured()
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

/// The FIN is in the system, the event loop has not seen it: the write would be lost, so it is not tried.
void TestConnectionPool::staleConnectionIsSeenBeforeTheWrite()
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

void TestConnectionPool::closedIdleConnectionIsForgotten()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply reply = post(manager, server.url(), "a");
    ANSWERED(reply);
    server.closeAll();
    QTRY_COMPARE(manager.connectionCount(), 0);
}

void TestConnectionPool::case44_closesAReusedConnection_data()
{
    QTest::addColumn<ScriptedServer::Step>("ending");
    QTest::newRow("FIN") << ScriptedServer::close();
    QTest::newRow("RST") << ScriptedServer::reset();
}

void TestConnectionPool::case44_closesAReusedConnection()
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
    // Nothing comes later, either: the next request is the third arrival.
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}"))});
    const Reply third = post(manager, server.url(), "a");
    ANSWERED(third);
    QCOMPARE(server.arrivalCount(), 3);
}

void TestConnectionPool::unaskedBytesEndAConnection()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, "first")), ScriptedServer::hold(),
                    ScriptedServer::write(ScriptedServer::answer(200, "forged"))});
    PooledAccessManager manager(options(ConnectionScope::Account));
    const Reply first = post(manager, server.url(), "a");
    ANSWERED(first);
    QCOMPARE(manager.idleCount(), 1);
    QTRY_COMPARE(server.holding(), 1);
    server.releaseAll();  // the forged answer is in the system, the event loop has not seen it
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

void TestConnectionPool::surplusAfterAnAnswerEndsAConnection()
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

void TestConnectionPool::noReuse_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("close") << ScriptedServer::answer(200, "{}", "Connection: close\r\n");
    QTest::newRow("1.0") << QByteArray("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    QTest::newRow("length on 204") << QByteArray("HTTP/1.1 204 N\r\nContent-Length: 2\r\n\r\n{}");
}

void TestConnectionPool::noReuse()
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

void TestConnectionPool::fewerConnectionsTakeEffect()
{
    ScriptedServer server;
    PooledAccessManager manager(options(ConnectionScope::Account, 10));
    std::vector<Reply> replies;
    for (int i = 0; i < 10; ++i)
        replies.push_back(post(manager, server.url(), QByteArray::number(i)));
    for (const Reply &reply : replies)
        ANSWERED(reply);
    QCOMPARE(manager.idleCount(), 10);
    manager.setOptions(options(ConnectionScope::Account, 3));
    QCOMPARE(manager.connectionCount(), 3);
    QTRY_COMPARE(server.openConnections(), 3);
}

void TestConnectionPool::refusedOnesDoNotBlockTheQueue()
{
    ScriptedServer gone;
    const QUrl refusing = gone.url();
    gone.stopListening();
    PooledAccessManager manager(options(ConnectionScope::Account, 1));
    std::vector<Reply> replies;
    for (int i = 0; i < 50; ++i)
        replies.push_back(post(manager, refusing, QByteArray::number(i)));
    for (const Reply &reply : replies) {
        WAIT_FINISHED(reply);
        QCOMPARE(reply->error(), QNetworkReply::ConnectionRefusedError);
        QVERIFY(!wasSent(reply));
    }
    QCOMPARE(manager.connectionCount(), 0);
}

QTEST_GUILESS_MAIN(TestConnectionPool)
#include "tst_connectionpool.moc"
