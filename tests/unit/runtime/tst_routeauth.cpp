// SPDX-License-Identifier: GPL-3.0-or-later
// How a route authenticates at its upstream, where it gets the keys for callbacks, and mistakes in both.
#include "core/routing/credentialspec.h"
#include "core/routing/loadroutes.h"
#include "core/routing/routeset.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/configplace.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;
using Style = OAuth2Client::Style;

namespace {

/// Loads the configuration of one route with these lines.
LoadedConfig load(const QByteArray &profile, const QByteArray &lines, const QByteArray &secrets = {},
                  const QStringList &flags = {})
{
    test::Place place;
    place.write(u"plain.txt"_s, "s3cret\n");
    place.write(u"pair.txt"_s, "key:s3cret\n");
    place.write(u"lines.txt"_s, "s3cret\nkey:s3cret\n");
    place.write(u"holdline.toml"_s,
                "[[route]]\npath = \"*\"\nupstream = \"https://up.example\"\nprofile = \"" + profile +
                    "\"\n" + lines +
                    "\n[secrets]\nplain = \"plain.txt\"\nlines = \"lines.txt\"\npair = \"pair.txt\"\n" +
                    secrets);
    LoadedConfig loaded = place.load(flags + QStringList{u"--config"_s, u"holdline.toml"_s});
    loadRoutes(loaded, place.path());
    return loaded;
}

QString errorsOf(const LoadedConfig &loaded)
{
    return test::texts(loaded).join(u'\n');
}

}  // namespace

class TestRouteAuth : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oauth2()
    {
        const LoadedConfig loaded =
            load("openfaas",
                 "auth = { oauth2 = { token = \"https://auth.example/token?x=1\", id = \"me\", secret = "
                 "\"plain\", scope = \"a b\", style = \"body\", fields = { audience = \"api\" } } }");
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        const auto &client = loaded.config.routes->routes.front().oauth2;
        QVERIFY(client);
        QCOMPARE(client->tokenUrl, "https://auth.example/token?x=1");
        QCOMPARE(client->id, "me");
        QCOMPARE(client->secret, "plain");
        QCOMPARE(client->scope, "a b");
        QCOMPARE(client->style, Style::Body);
        QCOMPARE(client->fields.size(), 1U);
        QCOMPARE(client->fields.front().first, "audience");
    }

    void styles_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QByteArray>("style");
        QTest::addColumn<int>("expected");
        const QByteArray plain = "https://a/t";
        const QByteArray asking = "https://a/t?grant_type=client_credentials";
        QTest::newRow("usual") << plain << QByteArray() << static_cast<int>(Style::Basic);
        QTest::newRow("by its URL") << asking << QByteArray() << static_cast<int>(Style::Get);
        QTest::newRow("said otherwise") << asking << QByteArray("basic") << static_cast<int>(Style::Basic);
        QTest::newRow("get") << plain << QByteArray("get") << static_cast<int>(Style::Get);
    }

    void styles()
    {
        QFETCH(QByteArray, url);
        QFETCH(QByteArray, style);
        QFETCH(int, expected);
        QByteArray lines = "auth = { oauth2 = { token = \"" + url + "\", secret = \"pair\"";
        if (!style.isEmpty())
            lines += ", style = \"" + style + '"';
        const LoadedConfig loaded = load("openfaas", lines + " } }");
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QCOMPARE(static_cast<int>(loaded.config.routes->routes.front().oauth2->style), expected);
    }

    void jobServersToo()
    {
        const LoadedConfig loaded = load("jobserver", "auth = { basic = \"pair\" }");
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QVERIFY(!loaded.config.routes->routes.front().authorization.isEmpty());
        QVERIFY(
            errorsOf(load("jobserver", "auth = { basic = \"nowhere\" }")).contains("the secret nowhere"_L1));
    }

    /// A profile's published keys are used without a flag. Their URL can be replaced by that of a mirror.
    void keys()
    {
        const LoadedConfig plain = load("fal", {});
        QVERIFY2(plain.isValid(), qPrintable(errorsOf(plain)));
        QCOMPARE(keySetOf(plain.config.routes->routes.front())->url,
                 "https://rest.alpha.fal.ai/.well-known/jwks.json");
        const LoadedConfig mirror = load("fal", "jwks = \"http://127.0.0.1:81/keys\"");
        QVERIFY2(mirror.isValid(), qPrintable(errorsOf(mirror)));
        QCOMPARE(keySetOf(mirror.config.routes->routes.front())->url, "http://127.0.0.1:81/keys");
        const LoadedConfig insecure = load("fal", {}, {}, {u"--insecure-callbacks"_s});
        QVERIFY2(insecure.isValid(), qPrintable(errorsOf(insecure)));
        QVERIFY(!keySetOf(insecure.config.routes->routes.front()));
    }

    void mistakes_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("error");
        const auto oauth2 = [](const char *name, const QByteArray &inside, const QString &error) {
            QTest::newRow(name) << "auth = { oauth2 = { " + inside + " } }" << error;
        };
        oauth2("no address", "secret = \"pair\"", u"the key token is wanted"_s);
        oauth2("no secret", "token = \"https://a\"", u"the key secret is wanted"_s);
        oauth2("nothing", "", u"the key token is wanted"_s);
        oauth2("plain http", "token = \"http://a.example/t\", secret = \"pair\"", u"plain http"_s);
        oauth2("no URL", "token = \"a.example\", secret = \"pair\"", u"an https URL"_s);
        oauth2("a fragment", "token = \"https://a/#b\", secret = \"pair\"", u"fragment"_s);
        oauth2("unknown style", "token = \"https://a\", secret = \"pair\", style = \"post\"",
               u"basic, body or get"_s);
        oauth2("unknown key", "token = \"https://a\", secret = \"pair\", secrt = \"x\"",
               u"auth.oauth2.secret"_s);
        oauth2("no such secret", "token = \"https://a\", id = \"me\", secret = \"other\"",
               u"the route's auth needs the secret other"_s);
        oauth2("no id", "token = \"https://a\", secret = \"plain\"", u"must hold id:secret"_s);
        oauth2("a line break", "token = \"https://a\", id = \"a\\nb\", secret = \"plain\"",
               u"printable ASCII"_s);
        oauth2("a field that is no text", "token = \"https://a\", secret = \"pair\", fields = { a = 1 }",
               u"auth.oauth2.fields.a"_s);
        QTest::newRow("two kinds") << QByteArray("auth = { basic = \"pair\", header = \"x\" }")
                                   << u"one of header, basic and oauth2"_s;
        QTest::newRow("no kind") << QByteArray("auth = { }") << u"one of header, basic and oauth2"_s;
        QTest::newRow("basic without a user")
            << QByteArray("auth = { basic = \"plain\" }") << u"must hold user:password"_s;
        QTest::newRow("basic with a user in another line")
            << QByteArray("auth = { basic = \"lines\" }") << u"must hold user:password"_s;
        QTest::newRow("keys of a profile without")
            << QByteArray("jwks = \"https://a/\"") << u"verifies no callbacks by published keys"_s;
        QTest::newRow("keys over plain http") << QByteArray("jwks = \"http://a/\"") << u"plain http"_s;
    }

    void mistakes()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QString, error);
        const LoadedConfig loaded = load("openfaas", lines);
        QVERIFY(!loaded.isValid());
        QVERIFY2(errorsOf(loaded).contains(error), qPrintable(errorsOf(loaded)));
        QVERIFY(errorsOf(loaded).contains("holdline.toml:"_L1));
        QVERIFY(!errorsOf(loaded).contains("s3cret"_L1));
    }
};

HOLDLINE_TEST(TestRouteAuth)
#include "tst_routeauth.moc"
