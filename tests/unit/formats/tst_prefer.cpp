// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/prefer.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

class TestPrefer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wait_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("seconds");  // 0 when the field is ignored
        const auto row = [](const char *value, int seconds) {
            QTest::newRow(value) << QByteArray(value) << seconds;
        };
        row("", 0);
        row("wait=10", 10);
        row("WAIT=10", 10);
        row("  wait = 10 ", 10);
        row("wait=\"10\"", 10);
        row("respond-async, wait=10", 10);
        row("respond-async;x=y, wait=10;foo=bar", 10);
        row("handling=\"a, wait=3\", wait=10", 10);
        row("handling=\"a\\\", wait=3\", wait=10", 10);
        row("wait=5, wait=10", 5);
        row("wait=x, wait=10", 0);
        row("wait", 0);
        row("wait=", 0);
        row("wait=0", 0);
        row("wait=-1", 0);
        row("wait=+1", 0);
        row("wait=1.5", 0);
        row("wait=999999999", 999999999);
        row("wait=9999999999", 0);
        row("waiting=10", 0);
        row("\"", 0);
        row("\"\\", 0);
        row(",,,wait=1", 1);
    }
    void wait()
    {
        QFETCH(QByteArray, value);
        QFETCH(int, seconds);
        const Preferences preferences = parsePrefer(value);
        QCOMPARE(preferences.wait.value_or(std::chrono::seconds(0)).count(), seconds);
    }

    void respondAsync_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("async");
        const auto row = [](const char *value, bool async) {
            QTest::newRow(value) << QByteArray(value) << async;
        };
        row("", false);
        row("wait=10", false);
        row("respond-async", true);
        row("Respond-Async", true);
        row(" respond-async ", true);
        row("respond-async, wait=10", true);
        row("wait=10, respond-async", true);
        row("wait=x,respond-async", true);
        row("respond-async; foo=bar", true);
        row("respond-async=\"\"", true);
        row("respond-async=", true);
        row("respond-async=1", false);
        row("respond-async=1, respond-async", false);
        row("respond-async, respond-async=1", true);
        row("respond-asynchronously", false);
        row("respond", false);
        row("handling=\", respond-async\"", false);
        row("\"respond-async\"", false);
    }
    void respondAsync()
    {
        QFETCH(QByteArray, value);
        QFETCH(bool, async);
        QCOMPARE(parsePrefer(value).respondAsync, async);
    }

    void repeatable_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("repeatable");
        const auto row = [](const char *value, bool repeatable) {
            QTest::newRow(value) << QByteArray(value) << repeatable;
        };
        row("", false);
        row("respond-async", false);
        row("repeatable", true);
        row("Repeatable", true);
        row("wait=5, repeatable;x=y, respond-async", true);
        row("repeatable=\"\"", true);
        row("repeatable=no", false);
        row("repeatable=no, repeatable", false);
        row("repeatable, repeatable=no", true);
        row("repeatables", false);
        row("handling=\", repeatable\"", false);
    }
    void repeatable()
    {
        QFETCH(const QByteArray, value);
        QFETCH(const bool, repeatable);
        QCOMPARE(parsePrefer(value).repeatable, repeatable);
    }
};

HOLDLINE_TEST(TestPrefer)
#include "tst_prefer.moc"
