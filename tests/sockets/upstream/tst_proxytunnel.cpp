// SPDX-License-Identifier: GPL-3.0-or-later
// https requests through a proxy's tunnel (CONNECT).
#include "tests/sockets/upstream/poolfixture.h"
#include "tests/sockets/upstream/startfixture.h"
#include "tests/sockets/upstream/tlsfixture.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/suite.h"

#include <QTcpServer>
#include <QTcpSocket>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Fate = StartResult::Fate;

namespace {

/// A proxy that connects every tunnel to one port of this machine, whatever host name is requested.
class Proxy : public QObject
{
public:
    explicit Proxy(quint16 target) : m_target(target)
    {
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *client = m_server.nextPendingConnection())
                connect(client, &QTcpSocket::readyRead, this, [this, client] { read(client); });
        });
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("Proxy cannot listen");
    }

    Origin origin() const { return {u"127.0.0.1"_s, m_server.serverPort(), false}; }
    const QByteArrayList &requests() const { return m_requests; }

private:
    void read(QTcpSocket *client)
    {
        m_head += client->readAll();
        if (!m_head.endsWith("\r\n\r\n"))
            return;
        m_requests << std::exchange(m_head, {});
        client->disconnect(this);
        auto *server = new QTcpSocket(client);
        server->connectToHost(QHostAddress::LocalHost, m_target);
        connect(client, &QTcpSocket::readyRead, server, [=] { server->write(client->readAll()); });
        connect(server, &QTcpSocket::readyRead, client, [=] { client->write(server->readAll()); });
        connect(client, &QTcpSocket::disconnected, server, [=] { server->disconnectFromHost(); });
        connect(server, &QTcpSocket::disconnected, client, [=] { client->disconnectFromHost(); });
        client->write("HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n");
    }

    QTcpServer m_server;
    quint16 m_target;
    QByteArray m_head;
    QByteArrayList m_requests;
};

PoolOptions through(const Origin &proxy)
{
    PoolOptions options = trusting();
    options.proxy = proxy;
    return options;
}

}  // namespace

class TestProxyTunnel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void opensATunnel();
    void refusals_data();
    void refusals();
    void proxyIsAway();
    void silentProxy();
    void onlyTheConfigurationCounts();
};

/// The proxy looks up the host name. The certificate is checked against the server's name.
void TestProxyTunnel::opensATunnel()
{
    TlsScriptedServer server(authority().issue("DNS:jobs.invalid"));
    const Proxy proxy(server.port());
    PooledAccessManager manager(through(proxy.origin()));
    const QUrl url(u"https://jobs.invalid/start"_s);
    for (int i = 0; i < 3; ++i) {
        const Reply reply = post(manager, url, "a");
        ANSWERED(reply);
    }
    QCOMPARE(proxy.requests(),
             (QByteArrayList{"CONNECT jobs.invalid:443 HTTP/1.1\r\nHost: jobs.invalid:443\r\n\r\n"}));
    QCOMPARE(server.arrivalCount(), 3);
    QCOMPARE(server.tls->lastName(), "jobs.invalid");
    QVERIFY(server.arrivals().first().head.startsWith("POST /start HTTP/1.1\r\n"));

    const Reply wrong = post(manager, QUrl(u"https://other.invalid/"_s), "a");
    WAIT_FINISHED(wrong);
    QCOMPARE(wrong->error(), QNetworkReply::SslHandshakeFailedError);
    QVERIFY(!wasSent(wrong));
}

void TestProxyTunnel::refusals_data()
{
    QTest::addColumn<ScriptedServer::Script>("script");
    QTest::addColumn<bool>("retryable");
    QTest::addColumn<QByteArray>("proxyStatus");
    QTest::addColumn<QString>("detail");
    const auto row = [](const char *name, const ScriptedServer::Script &script, bool retryable,
                        const char *proxyStatus, const QString &detail) {
        QTest::newRow(name) << script << retryable << QByteArray(proxyStatus) << detail;
    };
    row("407", say(ScriptedServer::answer(407, "no")), false, "http_request_denied",
        u"the proxy refused the tunnel with 407"_s);
    row("403", say(ScriptedServer::answer(403, "no")), false, "http_request_denied",
        u"the proxy refused the tunnel with 403"_s);
    row("302", say(ScriptedServer::answer(302, "", "Location: http://h/\r\n")), false, "http_request_denied",
        u"the proxy refused the tunnel with 302"_s);
    row("429", say(ScriptedServer::answer(429, "")), true, "destination_unavailable",
        u"the proxy refused the tunnel with 429"_s);
    row("502 without a length", say("HTTP/1.1 502 Bad Gateway\r\n\r\n"), true, "destination_unavailable",
        u"the proxy refused the tunnel with 502"_s);
    row("garbage", say("what?\r\n\r\n"), false, "http_protocol_error", u"the proxy: "_s);
    row("bytes behind the answer", say("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), false,
        "http_protocol_error", u"the proxy sent bytes behind its answer"_s);
    row("closed", {ScriptedServer::close()}, true, "connection_terminated", u"the proxy: "_s);
    row("reset", {ScriptedServer::reset()}, true, "connection_terminated", u"the proxy: "_s);
    row("half a head", sayAndClose("HTTP/1.1 200 OK\r\nX"), true, "http_response_incomplete",
        u"the proxy: "_s);
}

/// When the proxy refuses the tunnel, the job was certainly not started.
void TestProxyTunnel::refusals()
{
    QFETCH(ScriptedServer::Script, script);
    QFETCH(bool, retryable);
    QFETCH(QByteArray, proxyStatus);
    QFETCH(QString, detail);
    ScriptedServer proxy;
    proxy.setDefault(script);
    StartFixture fixture(true, QUrl(u"https://jobs.invalid/start"_s), {},
                         through({u"127.0.0.1"_s, proxy.port(), false}));
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QCOMPARE(result.proxyStatus, proxyStatus);
    QCOMPARE(result.retryable, retryable);
    QVERIFY2(result.detail.contains(detail), qPrintable(result.detail));
    QCOMPARE(proxy.arrivalCount(), 1);
    QTRY_COMPARE(proxy.openConnections(), 0);
}

void TestProxyTunnel::proxyIsAway()
{
    StartFixture fixture(true, QUrl(u"https://jobs.invalid/start"_s), {},
                         through({u"127.0.0.1"_s, ScriptedServer::unusedPort(), false}));
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QCOMPARE(result.proxyStatus, "connection_refused");
    QVERIFY(result.detail.contains(u"the proxy: "_s));
}

/// The connect timeout also applies to the tunnel.
void TestProxyTunnel::silentProxy()
{
    ScriptedServer proxy;
    proxy.setDefault({ScriptedServer::hold()});
    PoolOptions hasty = through({u"127.0.0.1"_s, proxy.port(), false});
    hasty.connectTimeout = 100ms;
    StartFixture fixture(true, QUrl(u"https://jobs.invalid/start"_s), {}, hasty);
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    QCOMPARE(fixture.results.value(1).proxyStatus, "connection_timeout");
    QCOMPARE(fixture.results.value(1).fate, Fate::NotStarted);
    QVERIFY(fixture.results.value(1).detail.contains(u"No tunnel through the proxy"_s));
    QTRY_COMPARE(proxy.openConnections(), 0);
}

/// Proxies in environment variables are meant for other programs, so they are not used. Plain http uses no
/// proxy.
void TestProxyTunnel::onlyTheConfigurationCounts()
{
    const QByteArray away = "http://127.0.0.1:" + QByteArray::number(ScriptedServer::unusedPort());
    const std::array names{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"};
    for (const char *name : names)
        qputenv(name, away);
    TlsScriptedServer server;
    PooledAccessManager direct(trusting());
    const Reply secure = post(direct, server.url(), "a");
    ANSWERED(secure);
    ScriptedServer plain;
    PooledAccessManager proxied(through({u"127.0.0.1"_s, ScriptedServer::unusedPort(), false}));
    const Reply reply = post(proxied, plain.url(), "a");
    ANSWERED(reply);
    for (const char *name : names)
        qunsetenv(name);
}

HOLDLINE_TEST(TestProxyTunnel)
#include "tst_proxytunnel.moc"
