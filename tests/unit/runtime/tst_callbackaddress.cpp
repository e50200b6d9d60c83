// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/callbackaddress.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/configplace.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray joined(const std::vector<QByteArray> &paths)
{
    return QByteArrayList(paths.begin(), paths.end()).join(' ');
}

}  // namespace

class TestCallbackAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pathsOfUrls_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("told");
        QTest::addColumn<QByteArray>("served");
        QTest::addColumn<QByteArray>("stripped");
        const auto row = [](const char *url, const char *told, const char *served,
                            const char *stripped = "") {
            QTest::newRow(url) << QString::fromUtf8(url) << QByteArray(told) << QByteArray(served)
                               << QByteArray(stripped);
        };
        row("", "http://127.0.0.1:3738/callback", "/callback");
        row("http://h:1", "http://h:1/callback", "/callback");
        row("http://h:1/", "http://h:1/callback", "/callback");
        row("http://h:1//", "http://h:1/callback", "/callback");
        row("http://h/callback", "http://h/callback", "/callback");
        row("http://h/callback/", "http://h/callback", "/callback");
        row("https://h/a+b", "https://h/a+b", "/a+b /callback");
        row("http://h/a/", "http://h/a", "/a /callback");
        row("http://h/(x)*.$", "http://h/(x)*.$", "/(x)*.$ /callback");
        row("http://h/%41%2f%2B%c3%a4", "http://h/A%2F%2B%C3%A4", "/A%2F%2B%C3%A4 /callback");
        row("http://h/\xc3\xa4", "http://h/%C3%A4", "/%C3%A4 /callback");
        row("http://h/a/b/c", "http://h/a/b/c", "/a/b/c /callback", "/b/c /c ");
        row("http://h/x/callback", "http://h/x/callback", "/x/callback /callback", "");
        row("http://h/a/../b/./c/..", "http://h/b", "/b /callback");
        row("http://h/a//b", "http://h/a//b", "/a//b /callback", "//b /b ");
        row("http://[::1]:8/cb", "http://[::1]:8/cb", "/cb /callback");
        row("http://h:80/cb", "http://h:80/cb", "/cb /callback");
        row("http://h/1/2/3/4/5/6/7/8/9", "http://h/1/2/3/4/5/6/7/8/9", "/1/2/3/4/5/6/7/8/9 /callback",
            "/2/3/4/5/6/7/8/9 /3/4/5/6/7/8/9 /4/5/6/7/8/9 /5/6/7/8/9 /6/7/8/9 /7/8/9 /8/9 /9 ");
    }
    void pathsOfUrls()
    {
        QFETCH(QString, url);
        QFETCH(QByteArray, told);
        QFETCH(QByteArray, served);
        QFETCH(QByteArray, stripped);
        const LoadedConfig loaded = Place().load({u"--callback-url="_s + url});
        QCOMPARE(texts(loaded), QStringList());
        const CallbackAddress address = callbackAddress(loaded.config);
        QCOMPARE(address.url, told);
        QCOMPARE(joined(address.paths), served);
        QCOMPARE(joined(address.strippedPaths), stripped);
    }

    void thisMachine()
    {
        for (const char *own :
             {"http://127.0.0.1:1/x", "http://127.9.8.7", "http://[::1]:2", "http://LOCALHOST"})
            QVERIFY2(isOnThisMachine(QUrl(QString::fromLatin1(own))), own);
        for (const char *other : {"http://127.example.org", "http://10.0.0.1", "http://[::2]", "http://host"})
            QVERIFY2(!isOnThisMachine(QUrl(QString::fromLatin1(other))), other);
    }

    /// Holdline appends the token to the path, which is impossible after a query or a fragment.
    void queriesAndFragmentsAreErrors_data()
    {
        QTest::addColumn<QString>("url");
        for (const char *url : {"http://h/cb?x=1", "http://h/cb?", "http://h?x", "http://h/cb#f",
                                "http://h/#", "http://u@h/cb", "http://u:p@h/cb"})
            QTest::newRow(url) << QString::fromLatin1(url);
    }
    void queriesAndFragmentsAreErrors()
    {
        QFETCH(QString, url);
        const LoadedConfig loaded = Place().load({u"--callback-url="_s + url});
        QCOMPARE(loaded.errors.size(), std::size_t(1));
        QVERIFY2(loaded.errors[0].text.contains(u"without user name, query and fragment"_s),
                 qPrintable(loaded.errors[0].text));
        QCOMPARE(earlyExit(loaded)->code, 64);
    }

    void checkConfigSaysBothSides_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("told");
        QTest::addColumn<QString>("served");
        const auto row = [](const char *name, const QStringList &arguments, const QString &told,
                            const QString &served) { QTest::newRow(name) << arguments << told << served; };
        row("defaults", {}, u"The upstream is told http://127.0.0.1:3738/callback/TOKEN."_s,
            u"Callbacks are served at /callback/TOKEN on 127.0.0.1:3738."_s);
        row("a free port", {u"--listen=127.0.0.1:0"_s},
            u"The upstream is told http://127.0.0.1:PORT/callback/TOKEN."_s,
            u"Callbacks are served at /callback/TOKEN on 127.0.0.1:0."_s);
        row("no path", {u"--callback-url=http://127.0.0.1:3738"_s},
            u"The upstream is told http://127.0.0.1:3738/callback/TOKEN."_s,
            u"Callbacks are served at /callback/TOKEN on 127.0.0.1:3738."_s);
        row("a path", {u"--callback-url=http://127.0.0.1:3738/a+b"_s},
            u"The upstream is told http://127.0.0.1:3738/a+b/TOKEN."_s,
            u"Callbacks are served at /a+b/TOKEN and /callback/TOKEN on 127.0.0.1:3738. A proxy in front may strip the beginning of that path."_s);
    }
    void checkConfigSaysBothSides()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, told);
        QFETCH(QString, served);
        const auto exit = earlyExit(Place().load(arguments + QStringList{u"--check-config"_s}));
        QCOMPARE(exit->code, 0);
        QCOMPARE(exit->text.split(u'\n'), QStringList({u"The configuration is right."_s, told, served}));
    }
};

HOLDLINE_TEST(TestCallbackAddress)
#include "tst_callbackaddress.moc"
