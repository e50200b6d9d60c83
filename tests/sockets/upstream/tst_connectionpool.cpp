// SPDX-License-Identifier: GPL-3.0-or-later
// How PooledAccessManager distributes its connections: reuse, scopes, limit, queue. tst_staleconnections
// tests connections that the server has closed.
#include "service/http/connector.h"
#include "service/httpclient/churnwatch.h"
#include "tests/sockets/upstream/poolfixture.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/names.h"
#include "tests/support/suite.h"

using namespace holdline;
using namespace holdline::test;

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
    void thirtySlowStartsInParallel();
    void capHoldsAndQueueIsServedInOrder();
    void fullQueueFailsAtOnce();
    void abortedQueuedRequestIsNeverSent();
    void slotPerConnection_data();
    void slotPerConnection();
    void churnIsLogged();
    void rememberedAddressIsTriedFirst();
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
    for (const char *account : {"a", "b", "a", "c"}) {  // c gets the connection of b
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

void TestConnectionPool::thirtySlowStartsInParallel()
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

/// An upstream that serves an account's next connection only after the previous one is closed. Other requests
/// must not wait for the idle timeout of an idle connection.
void TestConnectionPool::slotPerConnection()
{
    QFETCH(int, accounts);
    QFETCH(int, each);
    QFETCH(int, cap);
    ScriptedServer server;
    server.setOnePerConnection("X-Account");
    if (accounts > cap)
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("connections to the upstream churn.*")));
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
    QVERIFY(server.mostOpenConnections() <= 2 * cap);  // closing and new connections overlap
}

/// With more accounts than connections, one line is logged. Where connections are shared, no line is logged.
void TestConnectionPool::churnIsLogged()
{
    ScriptedServer server;
    for (const ConnectionScope scope : {ConnectionScope::Any, ConnectionScope::Account}) {
        if (scope == ConnectionScope::Account)
            QTest::ignoreMessage(
                QtWarningMsg,
                QRegularExpression(QStringLiteral("churn: within a minute, 20 were closed .*\\(2 in")));
        PooledAccessManager manager(options(scope, 2));
        for (int i = 0; i < 3 * ChurnWatch::kMany; ++i) {
            const Reply reply = post(manager, server.url(), QByteArray::number(i));
            ANSWERED(reply);
        }
    }
}

/// The first address drops every SYN. After another address has worked, the time for one attempt is enough.
void TestConnectionPool::rememberedAddressIsTriedFirst()
{
    const FullBacklog deaf;
    const HostName name("two.test", {"127.0.0.1", "127.0.0.2"});
    ScriptedServer server(QHostAddress(QStringLiteral("127.0.0.2")), deaf.port());
    QUrl url = server.url();
    url.setHost(QStringLiteral("two.test"));
    PoolOptions patient = options(ConnectionScope::Any);
    patient.connectTimeout = 20s;
    PooledAccessManager manager(patient);
    const Reply first = post(manager, url, "a");
    ANSWERED(first);
    server.closeAll();
    QTRY_COMPARE(manager.connectionCount(), 0);
    PoolOptions hasty = patient;
    hasty.connectTimeout = http::Connector::kHeadStart - 10ms;
    manager.setOptions(hasty);
    const Reply second = post(manager, url, "a");
    ANSWERED(second);
    QCOMPARE(server.accepted(), 2);
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

HOLDLINE_TEST(TestConnectionPool)
#include "tst_connectionpool.moc"
