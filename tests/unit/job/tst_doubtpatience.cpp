// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/doubtpatience.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace std::chrono_literals;

class TestDoubtPatience : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutAMeasuredJob() { QCOMPARE(DoubtPatience().value(10min), Duration(10min)); }

    void aMultipleWithinItsBounds()
    {
        DoubtPatience patience;
        patience.add(1ms);
        QCOMPARE(patience.value(10min), DoubtPatience::kLeast);
        QCOMPARE(patience.value(5s), Duration(5s));
        patience.add(20s);
        QCOMPARE(patience.value(10min), Duration(200s));
        patience.add(3s);
        QCOMPARE(patience.value(10min), Duration(200s));
        patience.add(24h);
        QCOMPARE(patience.value(10min), Duration(10min));
        patience.add(Duration::max());
        QCOMPARE(patience.value(168h), Duration(168h));
    }

    void aLongJobIsForgotten()
    {
        DoubtPatience patience;
        patience.add(40s);
        for (int i = 0; i < 127; ++i) {
            QCOMPARE(patience.value(10min), Duration(400s));
            patience.add(7s);
        }
        patience.add(7s);
        QCOMPARE(patience.value(10min), Duration(70s));
    }
};

HOLDLINE_TEST(TestDoubtPatience)
#include "tst_doubtpatience.moc"
