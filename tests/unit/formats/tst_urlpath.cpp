// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/urlpath.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

class TestUrlPath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void normalForm_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("normal");
        const auto row = [](const char *path, const char *normal) {
            QTest::newRow(path) << QByteArray(path) << QByteArray(normal);
        };
        row("/", "/");
        row("/start", "/start");
        row("/%73tart", "/start");
        row("/%73%74%61%72%74", "/start");
        row("/%41%5A%61%7a%30%39%2d%2E%5f%7e", "/AZaz09-._~");
        // An escaped reserved character is not the same as the character itself.
        row("/a+b;c=d,e:f@g!$&'()*", "/a+b;c=d,e:f@g!$&'()*");
        row("/a%2bb%3bc", "/a%2Bb%3Bc");
        row("/a%2fb", "/a%2Fb");
        row("/a%3fb%23", "/a%3Fb%23");
        row("/a%25b", "/a%25b");
        // A path may contain these characters only in escaped form.
        row("/[x]{y}|^`\\\"<>", "/%5Bx%5D%7By%7D%7C%5E%60%5C%22%3C%3E");
        row("/%5bx%5D", "/%5Bx%5D");
        row("/%00%0a%7f%c3%a4", "/%00%0A%7F%C3%A4");
        // Escapes are decoded only once.
        row("/%2573tart", "/%2573tart");
        row("/%252e%252e/", "/%252e%252e/");
        // Repeated slashes and dot segments are kept.
        row("//a///b/", "//a///b/");
        row("/%2e%2e/a/%2E/..", "/../a/./..");
    }
    void normalForm()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, normal);
        QCOMPARE(normalPath(path), normal);
        QCOMPARE(normalPath(normal), normal);
        QCOMPARE(withNormalPath(path), normal);
    }

    void everyByteHasOneForm()
    {
        for (int c = 0; c < 256; ++c) {
            const QByteArray raw(1, static_cast<char>(c));
            const QByteArray escape = '%' + raw.toHex();
            const QByteArray form = normalPath(escape);
            QVERIFY(form == raw || form == escape.toUpper());
            if (c != '%')
                QVERIFY(normalPath(raw) == raw || normalPath(raw) == form);
        }
    }

    void brokenEscapesAreEscaped()
    {
        QCOMPARE(normalPath("/%"), QByteArray("/%25"));
        QCOMPARE(normalPath("/%4"), QByteArray("/%254"));
        QCOMPARE(normalPath("/%zz"), QByteArray("/%25zz"));
    }

    void theQueryStays()
    {
        QCOMPARE(withNormalPath("/%61?b=%61&{}"), QByteArray("/a?b=%61&{}"));
        QCOMPARE(withNormalPath("/a?%61"), QByteArray("/a?%61"));
        QCOMPARE(withNormalPath("*"), QByteArray("*"));
    }

    void ends()
    {
        QCOMPARE(lastSegment("/a/b"), "b");
        QCOMPARE(lastSegment("/a/"), "");
        QCOMPARE(lastSegment("a"), "a");
        QCOMPARE(lastSegment("/"), "");
        QCOMPARE(lastSegment(QByteArrayView("/").chopped(1)), "");
        QCOMPARE(lastSegment({}), "");
        QVERIFY(hasLastSlash("/a/"));
        QVERIFY(!hasLastSlash("/a"));
        QVERIFY(!hasLastSlash("/"));
        QVERIFY(!hasLastSlash(""));
    }

    void below_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("parent");
        QTest::addColumn<bool>("isBelow");
        QTest::addColumn<QByteArray>("segment");
        QTest::addColumn<QByteArray>("rest");
        const auto row = [](const char *path, const char *parent, bool isBelow, const char *segment = "",
                            const char *rest = "") {
            QTest::addRow("%s below %s", path, parent) << QByteArray(path) << QByteArray(parent) << isBelow
                                                       << QByteArray(segment) << QByteArray(rest);
        };
        row("/a/b", "/a", true, "b");
        row("/a/b/", "/a", true, "b");
        row("/a/b/c/d", "/a", true, "b", "c/d");
        row("/a/", "/a", true);
        row("/a//c", "/a", true, "", "c");
        row("/b", "", true, "b");
        row("/a", "/a", false);
        row("/ab/c", "/a", false);
        row("/", "/a", false);
        row("", "/a", false);
        row("", "", false);
    }
    void below()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, parent);
        QFETCH(QByteArray, segment);
        QFETCH(QByteArray, rest);
        const auto split = splitBelow(path, parent);
        QTEST(split.has_value(), "isBelow");
        if (!split)
            return;
        QCOMPARE(split->segment.toByteArray(), segment);
        QCOMPARE(split->rest.toByteArray(), rest);
    }

    void dotSegments_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("resolved");
        const auto row = [](const char *path, const char *resolved) {
            QTest::newRow(path) << QByteArray(path) << QByteArray(resolved);
        };
        row("/", "/");
        row("/a/b", "/a/b");
        row("/a/b/", "/a/b/");
        row("/a/./b", "/a/b");
        row("/a/../b", "/b");
        row("/a/b/..", "/a/");
        row("/a/b/.", "/a/b/");
        row("/../../a", "/a");
        row("/..", "/");
        row("//a//b", "//a//b");
        row("/a//../b", "/a/b");
        row("/.../..a/a..", "/.../..a/a..");
    }
    void dotSegments()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, resolved);
        QCOMPARE(withoutDotSegments(path), resolved);
    }
};

HOLDLINE_TEST(TestUrlPath)
#include "tst_urlpath.moc"
