// SPDX-License-Identifier: GPL-3.0-or-later
// Properties that both Qt's QNetworkAccessManager (the stock manager) and PooledAccessManager must have. The
// latter is tested with TLS too.
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/sockets/upstream/seenreply.h"
#include "tests/sockets/upstream/tlsfixture.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/names.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QPointer>

#include <memory>

using namespace holdline;
using test::follow;
using test::requestFor;
using test::ScriptedServer;
using test::Seen;
using Script = ScriptedServer::Script;
using Reply = std::unique_ptr<QNetworkReply>;

namespace {

enum class Stage { AtOnce, Connecting, Sent, MetaData, ReadyRead, Finished };

enum class Transport { Pooled, PooledTls, Stock };

bool isPooled(const Reply &reply)
{
    return reply->attribute(PooledAccessManager::RequestSentAttribute).isValid();
}

std::unique_ptr<QNetworkAccessManager> makeManager(Transport transport)
{
    if (transport == Transport::Stock)
        return std::make_unique<QNetworkAccessManager>();
    return std::make_unique<PooledAccessManager>(test::trusting());
}

/// Makes the server use TLS when the transport does.
void prepare(ScriptedServer &server, Transport transport)
{
    if (transport == Transport::PooledTls)
        server.setTls(std::make_shared<test::TlsServer>(test::localIdentity()));
}

QUrl urlFor(Transport transport, QUrl url)
{
    if (transport == Transport::PooledTls)
        url.setScheme(QStringLiteral("https"));
    return url;
}

/// Adds a row `name` for each transport, in the column "transport".
QList<QTestData *> eachTransport(const char *name)
{
    return {&(QTest::addRow("pooled, %s", name) << Transport::Pooled),
            &(QTest::addRow("pooled over TLS, %s", name) << Transport::PooledTls),
            &(QTest::addRow("stock, %s", name) << Transport::Stock)};
}

}  // namespace

Q_DECLARE_METATYPE(Stage)
Q_DECLARE_METATYPE(Transport)

#define WAIT_FINISHED(reply) QTRY_VERIFY_WITH_TIMEOUT((reply)->isFinished(), 20'000)

class TestConformance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void sameAsStock_data();
    void sameAsStock();
    void noAnswer_data();
    void noAnswer();
    void unreachable_data();
    void unreachable();
    void timeLimit_data();
    void timeLimit();
    void abort_data();
    void abort();
    void addresses_data();
    void addresses();
    void keptConnectionIsUsedAgain_data();
    void keptConnectionIsUsedAgain();
    void closedConnectionIsReplaced_data();
    void closedConnectionIsReplaced();
};

void TestConformance::sameAsStock_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const QByteArray &verb, const Script &script) {
        QTest::newRow(name) << verb << script;
    };
    const auto say = [](const QByteArray &bytes) { return Script{ScriptedServer::write(bytes)}; };
    const auto sayAndClose = [](const QByteArray &bytes) {
        return Script{ScriptedServer::write(bytes), ScriptedServer::close()};
    };
    row("POST 200", "POST", say(ScriptedServer::answer(200, "hello")));
    row("GET 200", "GET", say(ScriptedServer::answer(200, "hello")));
    row("PUT 201", "PUT", say(ScriptedServer::answer(201, "hello")));
    row("DELETE 200", "DELETE", say(ScriptedServer::answer(200, "gone")));
    row("PATCH 200", "PATCH", say(ScriptedServer::answer(200, "patched")));
    row("HEAD 200", "HEAD", say("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"));
    row("empty", "GET", say(ScriptedServer::answer(200, "")));
    row("204", "GET", say("HTTP/1.1 204 No Content\r\n\r\n"));
    row("304", "GET", say("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"));
    row("HEAD 404", "HEAD", say("HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\n"));
    row("chunked with extensions and trailers", "GET",
        say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: v\r\n\r\n"));
    row("chunked byte by byte", "GET",
        {ScriptedServer::bytewise(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")});
    row("until closed, byte by byte", "GET",
        {ScriptedServer::bytewise("HTTP/1.1 200 OK\r\n\r\nall"), ScriptedServer::close()});
    row("100 twice, byte by byte", "POST",
        {ScriptedServer::bytewise("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" +
                                  ScriptedServer::answer(200, "x"))});
    row("chunked", "POST",
        say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    row("byte by byte", "POST", {ScriptedServer::bytewise(ScriptedServer::answer(200, "hello"))});
    row("until closed", "GET", sayAndClose("HTTP/1.1 200 OK\r\n\r\nall"));
    row("1.0", "GET", sayAndClose("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nall"));
    row("100 first", "POST", say("HTTP/1.1 100 Continue\r\n\r\n" + ScriptedServer::answer(200, "x")));
    row("repeated field", "GET",
        say("HTTP/1.1 200 OK\r\nX-Repeated: a\r\nX-Repeated: b\r\nContent-Length: 0\r\n\r\n"));
    for (const int status :
         {400, 401, 403, 404, 405, 406, 409, 410, 418, 422, 429, 500, 501, 502, 503, 504, 599})
        row(qPrintable(QString::number(status)), "POST", say(ScriptedServer::answer(status, "why")));
    for (const int status : {301, 302, 303, 307, 308})
        row(qPrintable(QString::number(status)), "POST",
            say(ScriptedServer::answer(status, "", "Location: http://127.0.0.1:1/other\r\n")));
    row("half a body, closed", "POST", sayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
}

/// A caller observes the same with both managers.
void TestConformance::sameAsStock()
{
    QFETCH(QByteArray, verb);
    QFETCH(Script, script);
    QList<Seen> seen;
    for (const Transport transport : {Transport::Stock, Transport::Pooled, Transport::PooledTls}) {
        const auto manager = makeManager(transport);
        ScriptedServer server;
        prepare(server, transport);
        server.setDefault(script);
        const bool hasBody = verb == "POST" || verb == "PUT" || verb == "PATCH";
        // With a custom HEAD request, the stock manager would wait for a body.
        const Reply reply(verb == "HEAD"
                              ? manager->head(requestFor(server.url()))
                              : manager->sendCustomRequest(requestFor(server.url()), verb,
                                                           hasBody ? QByteArray("body") : QByteArray()));
        seen << follow(reply.get());
        QVERIFY(seen.last().finished);
        QCOMPARE(isPooled(reply), transport != Transport::Stock);
        QCOMPARE(server.arrivalCount(), 1);
        QCOMPARE(server.arrivals().first().body, hasBody ? "body" : "");
    }
    for (const qsizetype other : {1, 2}) {
        QCOMPARE(seen[other].signalNames, seen[0].signalNames);
        QCOMPARE(seen[other].status, seen[0].status);
        QCOMPARE(seen[other].reason, seen[0].reason);
        QCOMPARE(seen[other].body, seen[0].body);
        QCOMPARE(seen[other].error, seen[0].error);
        QVERIFY(seen[other] == seen[0]);
    }
}

void TestConformance::noAnswer_data()
{
    QTest::addColumn<Transport>("transport");
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const Script &script) {
        for (QTestData *data : eachTransport(name))
            *data << script;
    };
    row("garbage", {ScriptedServer::write("\x16\x03\x01 what?\r\n\r\n"), ScriptedServer::close()});
    row("wrong protocol", {ScriptedServer::write("SSH-2.0-OpenSSH_9.2\r\n"), ScriptedServer::close()});
    row("closed", {ScriptedServer::close()});
    row("reset", {ScriptedServer::reset()});
    row("half a head", {ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-"), ScriptedServer::close()});
}

/// Without a response there is an error, no status, and finished() is emitted once.
void TestConformance::noAnswer()
{
    QFETCH(Transport, transport);
    QFETCH(Script, script);
    ScriptedServer server;
    prepare(server, transport);
    server.setDefault(script);
    const auto manager = makeManager(transport);
    const Reply reply(manager->get(requestFor(server.url())));
    const Seen seen = follow(reply.get());
    QVERIFY(seen.finished);
    QVERIFY(seen.error != QNetworkReply::NoError);
    QCOMPARE(seen.status, 0);
    QCOMPARE(seen.signalNames.count(QStringLiteral("finished")), 1);
    QCOMPARE(seen.signalNames.mid(seen.signalNames.size() - 2),
             (QStringList{QStringLiteral("errorOccurred"), QStringLiteral("finished")}));
    if (transport != Transport::Stock)
        QCOMPARE(server.arrivalCount(), 1);  // the stock manager sends the request again
}

void TestConformance::unreachable_data()
{
    QTest::addColumn<Transport>("transport");
    QTest::addColumn<QUrl>("url");
    QTest::addColumn<QNetworkReply::NetworkError>("error");
    QUrl closedPort(QStringLiteral("http://127.0.0.1/"));
    closedPort.setPort(ScriptedServer::unusedPort());
    for (QTestData *data : eachTransport("refused"))
        *data << closedPort << QNetworkReply::ConnectionRefusedError;
    for (QTestData *data : eachTransport("no such name"))
        *data << QUrl(QStringLiteral("http://no-such-name.invalid/")) << QNetworkReply::HostNotFoundError;
}

void TestConformance::unreachable()
{
    QFETCH(Transport, transport);
    QFETCH(QUrl, url);
    QFETCH(QNetworkReply::NetworkError, error);
    const auto manager = makeManager(transport);
    const Reply reply(manager->get(requestFor(urlFor(transport, url))));
    const Seen seen = follow(reply.get());
    QCOMPARE(seen.error, error);
    QCOMPARE(seen.signalNames, (QStringList{QStringLiteral("errorOccurred"), QStringLiteral("finished")}));
}

void TestConformance::timeLimit_data()
{
    QTest::addColumn<Transport>("transport");
    QTest::addColumn<Script>("script");
    QTest::addColumn<bool>("connects");
    for (QTestData *data : eachTransport("no connection"))
        *data << Script{} << false;
    for (QTestData *data : eachTransport("no answer"))
        *data << Script{ScriptedServer::hold()} << true;
    for (QTestData *data : eachTransport("half an answer"))
        *data << Script{ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"),
                        ScriptedServer::hold()}
              << true;
}

void TestConformance::timeLimit()
{
    QFETCH(Transport, transport);
    QFETCH(Script, script);
    QFETCH(bool, connects);
    const test::FullBacklog deaf;
    ScriptedServer server;
    prepare(server, transport);
    server.setDefault(script);
    const auto manager = makeManager(transport);
    QNetworkRequest request = requestFor(connects ? server.url() : urlFor(transport, deaf.url()));
    request.setTransferTimeout(200);
    const Reply reply(manager->get(request));
    const Seen seen = follow(reply.get());
    QCOMPARE(seen.error, QNetworkReply::OperationCanceledError);
    QCOMPARE(seen.signalNames.last(), QStringLiteral("finished"));
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestConformance::abort_data()
{
    QTest::addColumn<Transport>("transport");
    QTest::addColumn<Stage>("stage");
    const std::pair<const char *, Stage> stages[] = {{"at once", Stage::AtOnce},
                                                     {"connecting", Stage::Connecting},
                                                     {"sent", Stage::Sent},
                                                     {"in metaDataChanged()", Stage::MetaData},
                                                     {"in readyRead()", Stage::ReadyRead},
                                                     {"in finished()", Stage::Finished}};
    for (const auto &[name, stage] : stages) {
        for (QTestData *data : eachTransport(name))
            *data << stage;
    }
}

/// abort() finishes the reply before it returns. Afterwards the reply emits nothing.
void TestConformance::abort()
{
    QFETCH(Transport, transport);
    QFETCH(Stage, stage);
    const test::FullBacklog deaf;
    ScriptedServer server;
    prepare(server, transport);
    if (stage == Stage::Sent)
        server.setDefault({ScriptedServer::hold()});
    else if (stage != Stage::Finished)
        server.setDefault({ScriptedServer::write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
                           ScriptedServer::hold()});
    const auto manager = makeManager(transport);
    const Reply reply(
        manager->get(requestFor(stage == Stage::Connecting ? urlFor(transport, deaf.url()) : server.url())));
    int finished = 0;
    bool aborted = false;
    bool heardLater = false;
    const auto abortNow = [&] {
        if (std::exchange(aborted, true)) {
            heardLater = true;
            return;
        }
        reply->abort();
        QVERIFY(reply->isFinished());
    };
    connect(reply.get(), &QNetworkReply::finished, this, [&] {
        ++finished;
        if (stage == Stage::Finished)
            abortNow();
    });
    if (stage == Stage::MetaData)
        connect(reply.get(), &QNetworkReply::metaDataChanged, this, abortNow);
    if (stage == Stage::ReadyRead)
        connect(reply.get(), &QNetworkReply::readyRead, this, abortNow);
    if (stage == Stage::Sent)
        QTRY_COMPARE(server.holding(), 1);
    if (stage == Stage::AtOnce || stage == Stage::Connecting || stage == Stage::Sent)
        abortNow();
    QTRY_VERIFY(aborted);
    QCOMPARE(finished, 1);
    QVERIFY(!heardLater);
    QCOMPARE(reply->error(),
             stage == Stage::Finished ? QNetworkReply::NoError : QNetworkReply::OperationCanceledError);
    // The next request is served as usual.
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "next"))});
    const Reply next(manager->get(requestFor(server.url())));
    QCOMPARE(follow(next.get()).body, "next");
    QCOMPARE(finished, 1);
}

void TestConformance::addresses_data()
{
    QTest::addColumn<Transport>("transport");
    QTest::addColumn<QHostAddress>("address");
    QTest::addColumn<QString>("host");
    const auto row = [](const char *name, const QHostAddress &address, const QString &host) {
        for (QTestData *data : eachTransport(name))
            *data << address << host;
    };
    row("IPv4", QHostAddress::LocalHost, QStringLiteral("127.0.0.1"));
    row("IPv6", QHostAddress::LocalHostIPv6, QStringLiteral("::1"));
    row("name", QHostAddress::LocalHost, QStringLiteral("server.test"));
}

void TestConformance::addresses()
{
    QFETCH(Transport, transport);
    QFETCH(QHostAddress, address);
    QFETCH(QString, host);
    const test::HostName name("server.test");
    ScriptedServer server(address);
    if (server.port() == 0)
        QSKIP("no IPv6 here");
    prepare(server, transport);
    QUrl url = server.url();
    url.setHost(host);
    const auto manager = makeManager(transport);
    const Reply reply(manager->get(requestFor(url)));
    QCOMPARE(follow(reply.get()).error, QNetworkReply::NoError);
    const QByteArray written = host.contains(u':') ? '[' + host.toLatin1() + ']' : host.toLatin1();
    QCOMPARE(server.arrivals().first().field("Host"), written + ':' + QByteArray::number(server.port()));
}

void TestConformance::keptConnectionIsUsedAgain_data()
{
    QTest::addColumn<Transport>("transport");
    eachTransport("kept");
}

void TestConformance::keptConnectionIsUsedAgain()
{
    QFETCH(Transport, transport);
    ScriptedServer server;
    prepare(server, transport);
    const auto manager = makeManager(transport);
    for (int i = 0; i < 5; ++i) {
        const Reply reply(manager->post(requestFor(server.url()), QByteArray("x")));
        QCOMPARE(follow(reply.get()).status, 200);
    }
    QCOMPARE(server.arrivalCount(), 5);
    // The stock manager's sockets are in another thread. Sometimes that thread has not returned the
    // connection before the next request, and opens another connection.
    if (transport != Transport::Stock)
        QCOMPARE(server.accepted(), 1);
    else
        QVERIFY(server.accepted() < 5);
}

void TestConformance::closedConnectionIsReplaced_data()
{
    QTest::addColumn<Transport>("transport");
    eachTransport("closed");
}

/// The server has closed the idle connection, and the manager has noticed. The request is sent once, on a new
/// connection.
void TestConformance::closedConnectionIsReplaced()
{
    QFETCH(Transport, transport);
    ScriptedServer server;
    prepare(server, transport);
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "{}", "Connection: close\r\n")),
                       ScriptedServer::close()});
    const auto manager = makeManager(transport);
    for (int i = 1; i <= 3; ++i) {
        const Reply reply(manager->post(requestFor(server.url()), QByteArray("x")));
        QCOMPARE(follow(reply.get()).status, 200);
        QTRY_COMPARE(server.openConnections(), 0);
        QCOMPARE(server.arrivalCount(), i);
    }
}

HOLDLINE_TEST(TestConformance)
#include "tst_conformance.moc"
