// SPDX-License-Identifier: GPL-3.0-or-later
// The clock with which a store measures ages. Tests every change of the wall clock at every moment: while the
// service runs or is stopped, during a suspension, and across a reboot.
#include "service/holdline/store/storeclock.h"
#include "tests/support/manualclocks.h"
#include "tests/support/suite.h"

#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kSteps[] = {0ms,  1ms,     9999ms, 10s, 1h,   24h,    87600h,
                                                -1ms, -9999ms, -10s,   -1h, -24h, -87600h};

bool isStep(std::chrono::milliseconds by)
{
    return by >= kSmallestStep || by <= -kSmallestStep;
}

void expectLog(std::chrono::milliseconds by)
{
    if (isStep(by))
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the clock of this machine jumped by "_s));
}

}  // namespace

class TestStoreClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }
    void itMovesWithTheMachine();
    void stepsAreSeen();
    void itGoesOnAfterAMark();
    void anotherStartOfTheMachine();
    void unknownStartsOfTheMachine();
    void whatIsLogged_data();
    void whatIsLogged();
};

void TestStoreClock::itMovesWithTheMachine()
{
    for (const auto step : kSteps) {
        ManualClocks clocks;
        StoreClock clock(clocks.reader());
        QCOMPARE(clock.now(), StoreTime());
        clocks.pass(90s);
        clocks.step(step);
        QCOMPARE(clock.now(), StoreTime(90s));
        expectLog(step);
        clock.watch();
        QCOMPARE(clock.now(), StoreTime(90s));
        // Time during which the machine is suspended counts.
        clocks.pass(24h);
        clock.watch();
        QCOMPARE(clock.now(), StoreTime(90s + 24h));
        clock.startAt(StoreTime(5s));
        clocks.step(-step);
        clocks.pass(1s);
        expectLog(step);
        clock.watch();
        QCOMPARE(clock.now(), StoreTime(6s));
    }
}

void TestStoreClock::stepsAreSeen()
{
    for (const auto step : kSteps) {
        for (const auto passed : {0ms, 1000ms, 3'600'000ms}) {
            ManualClocks clocks;
            const MachineTime before = clocks.now();
            clocks.pass(passed);
            clocks.step(step);
            QCOMPARE(clockStep(before, clocks.now()), isStep(step) ? std::optional(step) : std::nullopt);
        }
    }
}

void TestStoreClock::itGoesOnAfterAMark()
{
    for (const auto step : kSteps) {
        for (const auto away : {0ms, 1000ms, 86'400'000ms}) {
            ManualClocks clocks;
            StoreClock before(clocks.reader());
            before.startAt(StoreTime(1000s));
            clocks.pass(50s);
            const StoreMark mark = before.mark();
            QCOMPARE(mark.at, StoreTime(1050s));
            clocks.pass(away);
            clocks.step(step);
            const ResumedClock resumed = resumedClock(mark, clocks.now());
            QCOMPARE(resumed.at, StoreTime(1050s + away));
            QVERIFY(resumed.isSameBoot);
            StoreClock after(clocks.reader());
            expectLog(step);
            after.resume(mark);
            QCOMPARE(after.now(), StoreTime(1050s + away));
            QVERIFY(after.isSameBoot());
            after.watch();
        }
    }
}

/// After a reboot only the wall clock connects the two processes, and it may be wrong. So no time counts.
void TestStoreClock::anotherStartOfTheMachine()
{
    for (const auto step : kSteps) {
        ManualClocks clocks;
        StoreClock before(clocks.reader());
        clocks.pass(50s);
        const StoreMark mark = before.mark();
        clocks.pass(7s);
        clocks.reboot(step);
        StoreClock after(clocks.reader());
        after.resume(mark);
        QCOMPARE(after.now(), StoreTime(50s));
        QVERIFY(!after.isSameBoot());
        clocks.pass(3s);
        clocks.step(-step);
        expectLog(step);
        after.watch();
        QCOMPARE(after.now(), StoreTime(53s));
        // A third process is started after the same boot.
        StoreClock third(clocks.reader());
        third.resume(after.mark());
        QCOMPARE(third.now(), StoreTime(53s));
        QVERIFY(third.isSameBoot());
    }
}

void TestStoreClock::unknownStartsOfTheMachine()
{
    ManualClocks clocks;
    clocks.forgetBoot();
    StoreClock before(clocks.reader());
    clocks.pass(50s);
    const StoreMark mark = before.mark();
    clocks.pass(7s);
    QCOMPARE(resumedClock(mark, clocks.now()).at, StoreTime(50s));
    QVERIFY(!resumedClock(mark, clocks.now()).isSameBoot);
    // A clock change is noticed while the process runs.
    expectLog(24h);
    clocks.step(24h);
    before.watch();
    QCOMPARE(before.now(), StoreTime(57s));

    // The boot id is the same, but the time since boot is smaller, because the container has a clock of its
    // own.
    ManualClocks other;
    MachineTime now = other.now();
    const StoreMark later{StoreTime(1s), now};
    now.sinceBoot -= 1ms;
    QVERIFY(!resumedClock(later, now).isSameBoot);
    QCOMPARE(resumedClock(later, now).at, StoreTime(1s));
}

void TestStoreClock::whatIsLogged_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("a day") << qint64(86'400) << u"+1 day"_s;
    QTest::newRow("back a day") << qint64(-86'400) << u"-1 day"_s;
    QTest::newRow("an hour") << qint64(3'600) << u"+1 hour"_s;
    QTest::newRow("two units") << qint64(2 * 86'400 + 3 * 3'600 + 59) << u"+2 days 3 hours"_s;
    QTest::newRow("ten years") << qint64(10) * 365 * 86'400 << u"+10 years"_s;
    QTest::newRow("a little") << qint64(11) << u"+11 seconds"_s;
}

/// A clock change is logged once, with its size.
void TestStoreClock::whatIsLogged()
{
    QFETCH(const qint64, seconds);
    QFETCH(const QString, text);
    ManualClocks clocks;
    StoreClock clock(clocks.reader());
    clocks.pass(1s);
    clocks.step(std::chrono::seconds(seconds));
    QTest::ignoreMessage(QtWarningMsg,
                         qPrintable(u"the clock of this machine jumped by "_s + text +
                                    u". The ages of stored jobs follow the time that the machine runs"_s));
    clock.watch();
    clocks.pass(1s);
    clock.watch();
}

HOLDLINE_TEST(TestStoreClock)
#include "tst_storeclock.moc"
