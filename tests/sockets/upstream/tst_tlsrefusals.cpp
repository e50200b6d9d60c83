// SPDX-License-Identifier: GPL-3.0-or-later
// TLS handshakes that fail: which side refused, why, and that no job was started.
#include "service/holdline/upstream/upstreammanager.h"
#include "tests/sockets/upstream/poolfixture.h"
#include "tests/sockets/upstream/startfixture.h"
#include "tests/sockets/upstream/tlsfixture.h"
#include "tests/support/names.h"
#include "tests/support/suite.h"

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Fate = StartResult::Fate;

namespace {

TlsAuthority &stranger()
{
    static TlsAuthority made("Stranger");
    return made;
}

/// Returns a fatal alert, as a server sends it before its first message.
QByteArray alertRecord(char description)
{
    return QByteArray("\x15\x03\x03\x00\x02\x02", 6) + description;
}

PoolOptions withCertificate(const TlsIdentity &identity)
{
    PoolOptions options = trusting();
    options.tls.certificate = identity.certificate;
    options.tls.key = identity.key;
    return options;
}

}  // namespace

Q_DECLARE_METATYPE(TlsIdentity)
Q_DECLARE_METATYPE(TlsFiles)

class TestTlsRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void certificates_data();
    void certificates();
    void refusedByTheServer_data();
    void refusedByTheServer();
    void brokenHandshakes_data();
    void brokenHandshakes();
    void silentServer();
    void noConnectionAfterARefusal();
    void files_data();
    void files();
    void unusableFiles();
    void optionsAreChecked();
};

void TestTlsRefusals::certificates_data()
{
    QTest::addColumn<TlsIdentity>("identity");
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("detail");
    const QString here = u"127.0.0.1"_s;
    QTest::newRow("unknown authority")
        << stranger().issue() << here << u"the certificate was issued by an unknown authority"_s;
    QTest::newRow("self-signed") << stranger().selfSigned() << here
                                 << u"the certificate is self-signed and not trusted"_s;
    QTest::newRow("expired") << authority().issue("IP:127.0.0.1", std::chrono::hours(-1)) << here
                             << u"the certificate has expired"_s;
    QTest::newRow("not yet valid") << authority().issue("IP:127.0.0.1", std::chrono::hours(72)) << here
                                   << u"the certificate is not valid yet"_s;
    QTest::newRow("another name") << authority().issue("DNS:other.test,IP:127.0.0.1") << u"localhost"_s
                                  << u"the certificate is for another host than localhost"_s;
    QTest::newRow("another address") << authority().issue("DNS:localhost,IP:127.0.0.2") << here
                                     << u"the certificate is for another host than 127.0.0.1"_s;
    QTest::newRow("an address as a name") << authority().issue("DNS:127.0.0.1") << here
                                          << u"the certificate is for another host than 127.0.0.1"_s;
}

/// No request is sent, and the start is not retried.
void TestTlsRefusals::certificates()
{
    QFETCH(TlsIdentity, identity);
    QFETCH(QString, host);
    QFETCH(QString, detail);
    const HostName localhost("localhost");
    TlsScriptedServer server(identity);
    QUrl url = server.url();
    url.setHost(host);
    StartFixture fixture(true, url, {}, trusting());
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(!result.retryable);
    QVERIFY(result.unreachable);
    QCOMPARE(result.proxyStatus, "tls_certificate_error");
    QCOMPARE(result.detail, u"The upstream cannot be reached: "_s + detail);
    QCOMPARE(server.arrivalCount(), 0);
}

void TestTlsRefusals::refusedByTheServer_data()
{
    QTest::addColumn<bool>("onlyTls12");
    QTest::addColumn<bool>("foreign");
    QTest::addColumn<QString>("alert");
    QTest::newRow("no certificate, TLS 1.3") << false << false << u"certificate_required"_s;
    QTest::newRow("no certificate, TLS 1.2") << true << false << u"handshake_failure"_s;
    QTest::newRow("unknown authority, TLS 1.3") << false << true << u"unknown_ca"_s;
    QTest::newRow("unknown authority, TLS 1.2") << true << true << u"unknown_ca"_s;
}

/// In TLS 1.3 the alert arrives after the request was sent. The server has not read the request.
void TestTlsRefusals::refusedByTheServer()
{
    QFETCH(bool, onlyTls12);
    QFETCH(bool, foreign);
    QFETCH(QString, alert);
    TlsScriptedServer server(localIdentity(),
                             {.clientAuthority = authority().file(), .onlyTls12 = onlyTls12});
    StartFixture fixture(true, server.url(), {},
                         foreign ? withCertificate(stranger().issue("DNS:client.test")) : trusting());
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(!result.retryable);
    QCOMPARE(result.proxyStatus, "tls_alert_received");
    QVERIFY2(result.detail.endsWith(u"the peer refused with the alert "_s + alert),
             qPrintable(result.detail));
    QCOMPARE(server.arrivalCount(), 0);
    QCOMPARE(server.accepted(), 1);
}

void TestTlsRefusals::brokenHandshakes_data()
{
    QTest::addColumn<ScriptedServer::Script>("onAccept");
    QTest::addColumn<bool>("retryable");
    QTest::addColumn<QByteArray>("proxyStatus");
    QTest::addColumn<QString>("detail");
    QTest::newRow("RST") << ScriptedServer::Script{ScriptedServer::reset()} << true
                         << QByteArray("connection_terminated") << u"reset by peer"_s;
    QTest::newRow("FIN") << ScriptedServer::Script{ScriptedServer::close()} << true
                         << QByteArray("connection_terminated") << u"the TLS handshake broke off"_s;
    QTest::newRow("plain HTTP") << ScriptedServer::Script{ScriptedServer::write(
                                       "HTTP/1.1 400 Bad Request\r\n\r\n")}
                                << false << QByteArray("tls_protocol_error") << u"TLS failed: "_s;
    QTest::newRow("handshake_failure")
        << ScriptedServer::Script{ScriptedServer::write(alertRecord(40))} << false
        << QByteArray("tls_alert_received") << u"the peer refused with the alert handshake_failure"_s;
    QTest::newRow("internal_error") << ScriptedServer::Script{ScriptedServer::write(alertRecord(80))} << true
                                    << QByteArray("tls_alert_received")
                                    << u"the peer refused with the alert internal_error"_s;
}

void TestTlsRefusals::brokenHandshakes()
{
    QFETCH(ScriptedServer::Script, onAccept);
    QFETCH(bool, retryable);
    QFETCH(QByteArray, proxyStatus);
    QFETCH(QString, detail);
    ScriptedServer server;  // without TLS
    server.setOnAccept(onAccept);
    QUrl url = server.url();
    url.setScheme(u"https"_s);
    StartFixture fixture(true, url, {}, trusting());
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QCOMPARE(result.retryable, retryable);
    QCOMPARE(result.proxyStatus, proxyStatus);
    QVERIFY2(result.detail.contains(detail), qPrintable(result.detail));
    QCOMPARE(server.accepted(), 1);
}

/// The connect timeout also applies to the handshake.
void TestTlsRefusals::silentServer()
{
    TlsScriptedServer server;
    server.setOnAccept({ScriptedServer::hold()});
    PoolOptions hasty = trusting();
    hasty.connectTimeout = 100ms;
    StartFixture fixture(true, server.url(), {}, hasty);
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(result.retryable);
    QCOMPARE(result.proxyStatus, "connection_timeout");
    QVERIFY(result.detail.contains(u"TLS handshake"_s));
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestTlsRefusals::noConnectionAfterARefusal()
{
    TlsScriptedServer server(stranger().issue());
    PooledAccessManager manager(trusting());
    for (int round = 1; round <= 3; ++round) {
        const Reply reply = post(manager, server.url(), "a");
        WAIT_FINISHED(reply);
        QCOMPARE(reply->error(), QNetworkReply::SslHandshakeFailedError);
        QVERIFY(!wasSent(reply));
        QCOMPARE(manager.connectionCount(), 0);
        QCOMPARE(server.accepted(), round);
    }
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestTlsRefusals::files_data()
{
    QTest::addColumn<TlsFiles>("files");
    QTest::addColumn<QString>("error");  // text that the error must contain; empty when the files can be used
    const TlsIdentity one = authority().issue("DNS:one");
    const TlsIdentity two = authority().issue("DNS:two");
    const QString ca = authority().file();
    const QString garbage = authority().write(u"garbage"_s, "no PEM");
    const QString locked =
        authority().write(u"locked"_s,
                          "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                          "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiWPgqBlKmVPQICCAAw\n"
                          "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMhQ1l5L3tqZkq5yQ0rZ3m8EgZDx\n"
                          "-----END ENCRYPTED PRIVATE KEY-----\n");
    QTest::newRow("none") << TlsFiles{} << QString();
    QTest::newRow("all") << TlsFiles{ca, one.certificate, one.key} << QString();
    QTest::newRow("no such file") << TlsFiles{u"/no/such/file"_s, {}, {}} << u"/no/such/file holds no"_s;
    QTest::newRow("garbage") << TlsFiles{garbage, {}, {}} << garbage + u" holds no certificate"_s;
    QTest::newRow("a key for an authority") << TlsFiles{one.key, {}, {}} << one.key + u" holds no"_s;
    QTest::newRow("no such certificate") << TlsFiles{ca, u"/no/crt"_s, one.key} << u"/no/crt holds no"_s;
    QTest::newRow("no such key") << TlsFiles{ca, one.certificate, u"/no/key"_s} << u"/no/key holds no key"_s;
    QTest::newRow("another key") << TlsFiles{ca, one.certificate, two.key} << two.key;
    QTest::newRow("a passphrase") << TlsFiles{ca, one.certificate, locked} << locked + u" holds no key"_s;
}

void TestTlsRefusals::files()
{
    QFETCH(TlsFiles, files);
    QFETCH(QString, error);
    const auto made = TlsClient::make(files);
    QCOMPARE(std::holds_alternative<QString>(made), !error.isEmpty());
    if (!error.isEmpty())
        QVERIFY2(std::get<QString>(made).contains(error), qPrintable(std::get<QString>(made)));
}

void TestTlsRefusals::unusableFiles()
{
    TlsScriptedServer server;
    PoolOptions broken;
    broken.tls.authorities = u"/no/such/file"_s;
    StartFixture fixture(true, server.url(), {}, broken);
    fixture.client.start(1, call());
    WAIT_RESULT(fixture, 1);
    const StartResult result = fixture.results.value(1);
    QCOMPARE(result.fate, Fate::NotStarted);
    QVERIFY(!result.retryable);
    QCOMPARE(result.proxyStatus, "proxy_configuration_error");
    QVERIFY(result.detail.contains(u"/no/such/file"_s));
}

/// The files are checked before the service starts, and before a reload.
void TestTlsRefusals::optionsAreChecked()
{
    Config config;
    QCOMPARE(checkTlsFiles(config), QString());
    config.upstream.caFile = u"/no/such/file"_s;
    QVERIFY(checkTlsFiles(config).startsWith(u"upstream.ca_file: /no/such/file holds no"_s));
    config.upstream.caFile = authority().file();
    const TlsIdentity one = authority().issue("DNS:one");
    config.upstream.clientCertificate = one.certificate;
    config.upstream.clientKey = one.key;
    QCOMPARE(checkTlsFiles(config), QString());
    config.upstream.clientKey = authority().issue("DNS:two").key;
    QVERIFY(checkTlsFiles(config).startsWith(u"upstream.client_certificate, upstream.client_key: "_s));
}

HOLDLINE_TEST(TestTlsRefusals)
#include "tst_tlsrefusals.moc"
