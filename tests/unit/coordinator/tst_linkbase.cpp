// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/linkbase.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

http::Request requestFrom(const QByteArray &peer, const QByteArrayList &prefixes = {})
{
    http::Request request;
    request.peer = peer;
    for (const QByteArray &prefix : prefixes)
        request.headers.append("x-forwarded-prefix", prefix);
    return request;
}

Config::Server trusting(const QString &ranges)
{
    Config::Server server;
    server.trustedProxies = parseAddressRanges(ranges).value();
    return server;
}

}  // namespace

class TestLinkBase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void publicUrl_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("base");
        const auto row = [](const char *url, const char *base) {
            QTest::newRow(url) << QString::fromUtf8(url) << QByteArray(base);
        };
        row("", "");
        row("https://p.example", "https://p.example");
        row("https://p.example/", "https://p.example");
        row("https://p.example:8443/a/b//", "https://p.example:8443/a/b");
        row("http://p.example/\xc3\xa4", "http://p.example/%C3%A4");
    }
    void publicUrl()
    {
        QFETCH(QString, url);
        QFETCH(QByteArray, base);
        Config::Server server;
        server.publicUrl = QUrl(url);
        QCOMPARE(linkBaseOf(server, requestFrom("127.0.0.1:1", {"/x"})), base);
        server.trustedProxies = {*parseAddressRange(u"127.0.0.1"_s)};
        QCOMPARE(linkBaseOf(server, requestFrom("127.0.0.1:1", {"/x"})), base.isEmpty() ? "/x" : base);
    }

    /// X-Forwarded-Prefix counts only when it comes from a trusted proxy.
    void trust()
    {
        const auto base = [](const QString &trusted, const QByteArray &peer) {
            return linkBaseOf(trusting(trusted), requestFrom(peer, {"/x"}));
        };
        QCOMPARE(base({}, "127.0.0.1:1"), "");
        QCOMPARE(base(u"127.0.0.1"_s, "127.0.0.1:1"), "/x");
        QCOMPARE(base(u"127.0.0.1"_s, "127.0.0.2:1"), "");
        QCOMPARE(base(u"127.0.0.1"_s, "[::1]:1"), "");
        QCOMPARE(base(u"10.0.0.0/8,::1"_s, "10.9.8.7:1"), "/x");
        QCOMPARE(base(u"10.0.0.0/8,::1"_s, "[::1]:1"), "/x");
        QCOMPARE(base(u"10.0.0.0/8,::1"_s, "11.0.0.1:1"), "");
        QCOMPARE(base(u"0.0.0.0/0,::/0"_s, "dead-letter/1"), "");
        QCOMPARE(linkBaseOf(trusting(u"127.0.0.1"_s), requestFrom("127.0.0.1:1")), "");
    }

    void prefixes_data()
    {
        QTest::addColumn<QByteArrayList>("fields");
        QTest::addColumn<QByteArray>("base");
        const auto row = [](const char *name, const QByteArrayList &fields, const char *base) {
            QTest::newRow(name) << fields << QByteArray(base);
        };
        row("path", {"/jobs"}, "/jobs");
        row("slash at the end", {"/jobs/"}, "/jobs");
        row("deep", {"/a/b-c/d.e"}, "/a/b-c/d.e");
        row("root", {"/"}, "");
        row("empty", {""}, "");
        row("several", {"/outer", "/inner"}, "/outer/inner");
        row("a list", {"/outer, /inner/"}, "/outer/inner");
        row("several with a root", {"/outer", "/"}, "/outer");
        row("escapes", {"/a%20b/%41"}, "/a%20b/A");
        row("no slash", {"jobs"}, "");
        row("a URL", {"https://evil.example/jobs"}, "");
        row("a host", {"//evil.example"}, "");
        row("a host behind a backslash", {"/\\evil.example"}, "/%5Cevil.example");
        row("a host in the second", {"/", "//evil.example"}, "");
        row("doubled slashes", {"/a//b"}, "");
        row("dots", {"/a/../b"}, "");
        row("escaped dots", {"/a/%2e%2e/b"}, "");
        row("a query", {"/a?b"}, "/a%3Fb");
        row("quotes and brackets", {"/\"><script>"}, "/%22%3E%3Cscript%3E");
        row("one that is wrong", {"/a", "b"}, "");
    }
    void prefixes()
    {
        QFETCH(QByteArrayList, fields);
        QFETCH(QByteArray, base);
        QCOMPARE(linkBaseOf(trusting(u"127.0.0.0/8"_s), requestFrom("127.0.0.1:1", fields)), base);
    }

    void longPrefixesCountAsNone()
    {
        const Config::Server server = trusting(u"127.0.0.0/8"_s);
        const QByteArray most = '/' + QByteArray(1023, 'x');
        QCOMPARE(linkBaseOf(server, requestFrom("127.0.0.1:1", {most})), most);
        QCOMPARE(linkBaseOf(server, requestFrom("127.0.0.1:1", {most + 'x'})), "");
        QCOMPARE(linkBaseOf(server, requestFrom("127.0.0.1:1", {most, "/y"})), "");
    }
};

HOLDLINE_TEST(TestLinkBase)
#include "tst_linkbase.moc"
