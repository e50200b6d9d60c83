// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service in front of an https job server.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/tlscertificates.h"
#include "tests/support/wholeservice.h"

#include <QTest>

#include <memory>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

class TestHttpsUpstream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// One job, from the options to its result. The job server authenticates Holdline by its client
    /// certificate.
    void wholeJob()
    {
        TlsAuthority authority;
        ScriptedServer upstream;
        upstream.setTls(std::make_shared<TlsServer>(authority.issue(),
                                                    TlsServer::Options{.clientAuthority = authority.file()}));
        const TlsIdentity ours = authority.issue("DNS:client.test");
        Config config = WholeService::quietConfig();
        config.upstream.caFile = authority.file();
        config.upstream.clientCertificate = ours.certificate;
        config.upstream.clientKey = ours.key;
        WholeService world(upstream.url(), config);
        RawHttpClient client(world.port());
        client.send(startRequest("a"));
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.status(), 200);
        QCOMPARE(client.answers().front().body, result());
    }

    /// The client learns at once that no job was started, and why.
    void unknownAuthority()
    {
        TlsAuthority authority;
        ScriptedServer upstream;
        upstream.setTls(std::make_shared<TlsServer>(authority.issue()));
        WholeService world(upstream.url());
        const RawAnswer answer = ask(world.port(), startRequest("a"));
        QCOMPARE(answer.status, 502);
        QCOMPARE(answer.headers.value("Proxy-Status"), "holdline; error=tls_certificate_error");
        QVERIFY2(answer.body.contains("upstream_unreachable") && answer.body.contains("unknown authority"),
                 answer.body.constData());
        QCOMPARE(upstream.accepted(), 1);
        QCOMPARE(upstream.arrivalCount(), 0);
    }
};

HOLDLINE_TEST(TestHttpsUpstream)
#include "tst_httpsupstream.moc"
