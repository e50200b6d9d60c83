// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/freshness.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

class TestFreshness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void values_data()
    {
        QTest::addColumn<QByteArray>("cacheControl");
        QTest::addColumn<QByteArray>("age");
        QTest::addColumn<qint64>("seconds");  // -1 when the fields contain no lifetime
        const auto row = [](const char *name, const char *cacheControl, const char *age, qint64 seconds) {
            QTest::newRow(name) << QByteArray(cacheControl) << QByteArray(age) << seconds;
        };
        row("nothing", "", "", -1);
        row("max-age", "max-age=60", "", 60);
        row("among others", "public, max-age=60, must-revalidate", "", 60);
        row("case and spaces", " Public ,MAX-AGE = 60 ", "", 60);
        row("quoted", "max-age=\"60\"", "", 60);
        row("less Age", "max-age=60", "15", 45);
        row("older than that", "max-age=60", "61", 0);
        row("a wrong Age", "max-age=60", "-5", 60);
        row("zero", "max-age=0", "", 0);
        row("no-store", "no-store, max-age=60", "", 0);
        row("no-cache", "max-age=60, no-cache", "", 0);
        row("of shared caches", "s-maxage=60", "", -1);
        row("no number", "max-age=soon", "", 0);
        row("negative", "max-age=-1", "", 0);
        row("without a value", "max-age", "", 0);
        row("twice", "max-age=5, max-age=60", "", 5);
        row("huge", "max-age=99999999999999999999999", "", 2'147'483'648);
        row("another word", "public", "10", -1);
        row("commas", ",,,", "", -1);
        row("a comma in quotes", "private=\"a, max-age=5\", max-age=600", "", 600);
    }

    void values()
    {
        QFETCH(QByteArray, cacheControl);
        QFETCH(QByteArray, age);
        QFETCH(qint64, seconds);
        const auto fresh = freshFor(cacheControl, age);
        QCOMPARE(fresh ? fresh->count() : -1, seconds);
    }
};

HOLDLINE_TEST(TestFreshness)
#include "tst_freshness.moc"
