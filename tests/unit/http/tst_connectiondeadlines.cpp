// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/connectiondeadlines.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::http;
using namespace std::chrono_literals;
using Due = ConnectionDeadlines::Due;

class TestConnectionDeadlines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asksOnceAndOnlyForEarlier()
    {
        const TimePoint start{};
        ConnectionDeadlines deadlines;
        QVERIFY(!deadlines.takeWakeTime());
        deadlines.setPhase(start + 10s);
        QCOMPARE(deadlines.takeWakeTime(), start + 10s);
        QVERIFY(!deadlines.takeWakeTime());
        deadlines.setPhase(start + 60s);  // later than the requested wake-up, which is early enough
        QVERIFY(!deadlines.takeWakeTime());
        QCOMPARE(deadlines.wake(start + 10s), Due::Nothing);
        QCOMPARE(deadlines.takeWakeTime(), start + 60s);
        deadlines.setPhase(start + 20s);
        QCOMPARE(deadlines.takeWakeTime(), start + 20s);
        QCOMPARE(deadlines.wake(start + 20s), Due::Phase);
        QVERIFY(!deadlines.takeWakeTime());
    }

    void aClearedPhaseIsNeverDue()
    {
        const TimePoint start{};
        ConnectionDeadlines deadlines;
        deadlines.setPhase(start + 10s);
        QVERIFY(deadlines.takeWakeTime());
        deadlines.clearPhase();
        QCOMPARE(deadlines.wake(start + 10s), Due::Nothing);
        QVERIFY(!deadlines.takeWakeTime());
    }

    void unsentBytesHaveTheirOwnDeadline()
    {
        const TimePoint start{};
        ConnectionDeadlines deadlines;
        deadlines.setPhase(start + 100s);
        deadlines.setUnsent(1000, 400, start, 30s);
        QCOMPARE(deadlines.takeWakeTime(), start + 30s);
        deadlines.setUnsent(1000, 300, start + 10s, 30s);  // the system accepted some bytes, but not all
        deadlines.setUnsent(1500, 800, start + 20s, 30s);  // the service wrote more bytes
        QCOMPARE(deadlines.wake(start + 30s), Due::Write);
    }

    void steadyReaderIsNeverCutOff()
    {
        ConnectionDeadlines deadlines;
        TimePoint now{};
        qint64 written = 1000;
        for (int i = 0; i < 100; ++i) {
            // The unsent bytes always equal the bytes that were written in the last 20 seconds.
            deadlines.setUnsent(written, 1000, now, 30s);
            written += 1000;
            now += 20s;
            QCOMPARE(deadlines.wake(now), Due::Nothing);
        }
        deadlines.setUnsent(written, 0, now, 30s);
        QCOMPARE(deadlines.wake(now + 1000s), Due::Nothing);
    }
};

HOLDLINE_TEST(TestConnectionDeadlines)
#include "tst_connectiondeadlines.moc"
