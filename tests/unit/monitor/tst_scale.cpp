// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/scale.h"
#include "monitor/charts/texts.h"
#include "monitor/charts/ticks.h"
#include "tests/support/suite.h"

#include <QLocale>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace holdline::monitor;
using holdline::WallTime;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QStringList labels(const std::vector<Tick> &ticks)
{
    QStringList all;
    for (const Tick &tick : ticks) {
        if (!tick.label.isEmpty())
            all.append(tick.label);
    }
    return all;
}

}  // namespace

class TestScale : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void mapsThereAndBack_data();
    void mapsThereAndBack();
    void logStepsAreEqual();
    void mendsWhatCannotBe();

    void numberTicksHold();
    void numberTicksRead();
    void durationTicksHold();
    void durationTicksRead_data();
    void durationTicksRead();
    void logTicksHold();
    void logTicksRead();
    void clockTicksHold();
    void clockTicksRead();
    void thinnedLabelsNeverTouch();

    void durationTexts_data();
    void durationTexts();
    void shares_data();
    void shares();
};

void TestScale::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    qputenv("TZ", "UTC");
}

void TestScale::mapsThereAndBack_data()
{
    QTest::addColumn<bool>("isLog");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<double>("from");
    QTest::addColumn<double>("to");

    QTest::newRow("linear") << false << 0.0 << 100.0 << 10.0 << 310.0;
    QTest::newRow("linear, upwards") << false << 0.0 << 1e7 << 400.5 << 20.0;
    QTest::newRow("linear, below zero") << false << -5.0 << 5.0 << 0.0 << 1.0;
    QTest::newRow("times of day") << false << 1.7e12 << 1.7e12 + 3.6e6 << 60.0 << 1200.0;
    QTest::newRow("log") << true << 1.0 << 3.6e9 << 0.0 << 900.0;
    QTest::newRow("log, upwards") << true << 50.0 << 2e7 << 300.5 << 30.0;
}

void TestScale::mapsThereAndBack()
{
    QFETCH(bool, isLog);
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(double, from);
    QFETCH(double, to);
    const Scale scale(isLog ? Scale::Kind::Log : Scale::Kind::Linear, low, high, from, to);

    QVERIFY(std::abs(scale.pixel(low) - from) < 1e-9);
    QVERIFY(std::abs(scale.pixel(high) - to) < 1e-9);
    double before = from;
    for (int i = 1; i <= 1000; ++i) {
        const double value = low + (high - low) * i / 1000;
        const double pixel = scale.pixel(value);
        QVERIFY2((pixel > before) == (to > from), "order is kept");
        QVERIFY(std::abs(scale.value(pixel) - value) <= 1e-6 * std::abs(high));
        before = pixel;
    }
    // Values outside the range get positions outside the axis.
    QVERIFY((scale.pixel(high + (high - low)) - to) * (to - from) > 0);
}

void TestScale::logStepsAreEqual()
{
    const Scale scale(Scale::Kind::Log, 1, 1e6, 0, 600);
    for (int power = 0; power <= 6; ++power)
        QVERIFY(std::abs(scale.pixel(std::pow(10, power)) - power * 100) < 1e-9);
}

void TestScale::mendsWhatCannotBe()
{
    for (const Scale::Kind kind : {Scale::Kind::Linear, Scale::Kind::Log}) {
        for (const auto &[low, high] : {std::pair(0.0, 0.0), std::pair(5.0, 5.0), std::pair(7.0, 3.0)}) {
            const Scale scale(kind, low, high, 10, 10);
            QVERIFY(scale.high() > scale.low());
            QVERIFY(std::isfinite(scale.pixel(0)));
            QVERIFY(std::isfinite(scale.pixel(-1)));
            QVERIFY(std::isfinite(scale.value(10)));
        }
    }
}

void TestScale::numberTicksHold()
{
    for (const bool whole : {false, true}) {
        for (int most = 2; most <= 12; ++most) {
            for (double high = 0.01; high < 1e7; high *= 1.07) {
                const std::vector<Tick> ticks = numberTicks(high, most, whole);
                QVERIFY(std::ssize(ticks) >= 2);
                QVERIFY2(std::ssize(ticks) <= most, qPrintable(u"%1 for %2"_s.arg(ticks.size()).arg(most)));
                QCOMPARE(ticks.front().value, 0.0);
                QVERIFY(ticks.back().value >= high * (1 - 1e-6));
                // The axis is no longer than necessary: without its last step it would not reach the value.
                QVERIFY(ticks.size() == 2 || ticks[ticks.size() - 2].value < high);
                const double step = ticks[1].value;
                const double digit = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
                QVERIFY(std::abs(digit - 1) < 1e-6 || std::abs(digit - 2) < 1e-6 ||
                        std::abs(digit - 5) < 1e-6);
                QVERIFY(!whole || step >= 1);
                QStringList words = labels(ticks);
                QCOMPARE(words.removeDuplicates(), 0);
            }
        }
    }
}

void TestScale::numberTicksRead()
{
    QCOMPARE(labels(numberTicks(9.5, 6, false)),
             (QStringList{u"0"_s, u"2"_s, u"4"_s, u"6"_s, u"8"_s, u"10"_s}));
    QCOMPARE(labels(numberTicks(0.9, 3, false)), (QStringList{u"0"_s, u"0.5"_s, u"1.0"_s}));
    QCOMPARE(labels(numberTicks(0.9, 3, true)), (QStringList{u"0"_s, u"1"_s}));
    QCOMPARE(labels(numberTicks(3600, 5, true)),
             (QStringList{u"0"_s, u"1,000"_s, u"2,000"_s, u"3,000"_s, u"4,000"_s}));
}

void TestScale::durationTicksHold()
{
    for (int most = 2; most <= 12; ++most) {
        for (double high = 1; high < 7.2e9; high *= 1.09) {
            const auto top = Microseconds(std::llround(high));
            const std::vector<Tick> ticks = durationTicks(top, most);
            QVERIFY(std::ssize(ticks) >= 2);
            QVERIFY2(std::ssize(ticks) <= most, qPrintable(u"%1 for %2 µs"_s.arg(ticks.size()).arg(high)));
            QVERIFY(ticks.back().value >= static_cast<double>(top.count()));
            QStringList words = labels(ticks);
            QCOMPARE(words.removeDuplicates(), 0);
            // All labels have the same unit.
            const QString unit = words.back().section(u' ', 1);
            for (qsizetype i = 1; i < words.size(); ++i)
                QCOMPARE(words[i].section(u' ', 1), unit);
        }
    }
}

void TestScale::durationTicksRead_data()
{
    QTest::addColumn<qlonglong>("us");
    QTest::addColumn<int>("most");
    QTest::addColumn<QString>("labels");

    QTest::newRow("microseconds") << 400LL << 5 << u"0|100 µs|200 µs|300 µs|400 µs"_s;
    QTest::newRow("milliseconds") << 4'800LL << 6 << u"0|1 ms|2 ms|3 ms|4 ms|5 ms"_s;
    QTest::newRow("above a second") << 1'150'000LL << 4 << u"0|0.5 s|1.0 s|1.5 s"_s;
    QTest::newRow("a deadline") << 33'000'000LL << 4 << u"0|15 s|30 s|45 s"_s;
    QTest::newRow("minutes") << 290'000'000LL << 6 << u"0|1 min|2 min|3 min|4 min|5 min"_s;
}

void TestScale::durationTicksRead()
{
    QFETCH(qlonglong, us);
    QFETCH(int, most);
    QFETCH(QString, labels);
    QCOMPARE(::labels(durationTicks(Microseconds(us), most)).join(u'|'), labels);
}

void TestScale::logTicksHold()
{
    for (int most = 2; most <= 20; most += 3) {
        for (double low = 1; low < 1e7; low *= 3.3) {
            for (double ratio = 10; low * ratio < 4e9; ratio *= 3.1) {
                const Microseconds from(std::llround(low));
                const Microseconds to(std::llround(low * ratio));
                const std::vector<Tick> ticks = logDurationTicks(from, to, most);
                QVERIFY(!labels(ticks).isEmpty());
                for (std::size_t i = 0; i < ticks.size(); ++i) {
                    QVERIFY(ticks[i].value >= static_cast<double>(from.count()) * 0.999);
                    QVERIFY(ticks[i].value <= static_cast<double>(to.count()) * 1.001);
                    QVERIFY(i == 0 || ticks[i].value > ticks[i - 1].value);
                }
            }
        }
    }
}

void TestScale::logTicksRead()
{
    QCOMPARE(labels(logDurationTicks(1ms, 1h, 4)).join(u'|'),
             u"1 ms|10 ms|100 ms|1 s|10 s|1 min|10 min|1 h"_s);
    QCOMPARE(labels(logDurationTicks(100ms, 30s, 10)).join(u'|'),
             u"100 ms|200 ms|500 ms|1 s|2 s|5 s|10 s|30 s"_s);
}

void TestScale::clockTicksHold()
{
    const WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h;
    for (int most = 1; most <= 14; ++most) {
        for (Milliseconds span = 10s; span < 30h; span = span * 5 / 4) {
            for (const Milliseconds shift : {Milliseconds(0), Milliseconds(1), Milliseconds(123'457)}) {
                const TimeRange range{noon + shift, noon + shift + span};
                const std::vector<Tick> ticks = clockTicks(range, most);
                QVERIFY(std::ssize(ticks) <= most + 1);
                for (std::size_t i = 0; i < ticks.size(); ++i) {
                    QVERIFY(range.contains(WallTime(Milliseconds(std::llround(ticks[i].value)))));
                    QVERIFY(i < 2 || ticks[i].value - ticks[i - 1].value == ticks[1].value - ticks[0].value);
                }
            }
        }
    }
}

void TestScale::clockTicksRead()
{
    const WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h;
    QCOMPARE(labels(clockTicks({noon + 250ms, noon + 250ms + 1min}, 6)).join(u'|'),
             u"12:00:15|12:00:30|12:00:45|12:01:00"_s);
    QCOMPARE(labels(clockTicks({noon, noon + 1h}, 7)).join(u'|'), u"12:00|12:10|12:20|12:30|12:40|12:50"_s);
}

void TestScale::thinnedLabelsNeverTouch()
{
    std::mt19937 random(7);
    std::uniform_real_distribution<double> width(4, 90);
    std::uniform_int_distribution<int> count(1, 40);
    const auto length = [](const QString &label) { return label.toDouble(); };
    for (int round = 0; round < 500; ++round) {
        const int many = count(random);
        std::vector<Tick> ticks;
        for (int i = 0; i < many; ++i)
            ticks.push_back({static_cast<double>(i), QString::number(width(random))});
        // Horizontal axes run to the right, vertical ones upwards.
        const Scale scale(Scale::Kind::Linear, 0, many, round % 2 ? 0 : 500, round % 2 ? 500 : 0);
        thinLabels(ticks, scale, length, 6);
        QVERIFY(!ticks.front().label.isEmpty());
        double end = -1e9;
        if (round % 2 == 0)
            std::reverse(ticks.begin(), ticks.end());
        for (const Tick &tick : ticks) {
            if (tick.label.isEmpty())
                continue;
            const double half = length(tick.label) / 2;
            QVERIFY(scale.pixel(tick.value) - half >= end + 6 - 1e-9);
            end = scale.pixel(tick.value) + half;
        }
    }
}

void TestScale::durationTexts_data()
{
    QTest::addColumn<qlonglong>("us");
    QTest::addColumn<QString>("text");

    QTest::newRow("none") << 0LL << u"0 µs"_s;
    QTest::newRow("below none") << -7LL << u"0 µs"_s;
    QTest::newRow("µs") << 412LL << u"412 µs"_s;
    QTest::newRow("1 ms") << 1'000LL << u"1.00 ms"_s;
    QTest::newRow("ms") << 12'345LL << u"12.3 ms"_s;
    QTest::newRow("rounds up a unit") << 999'600LL << u"1.00 s"_s;
    QTest::newRow("rounds up a digit") << 9'996LL << u"10.0 ms"_s;
    QTest::newRow("s") << 59'900'000LL << u"59.9 s"_s;
    QTest::newRow("to a minute") << 59'960'000LL << u"1 min"_s;
    QTest::newRow("min") << 125'000'000LL << u"2 min 5 s"_s;
    QTest::newRow("h") << 3'725'000'000LL << u"1 h 2 min"_s;
}

void TestScale::durationTexts()
{
    QFETCH(qlonglong, us);
    QFETCH(QString, text);
    QCOMPARE(durationText(Microseconds(us)), text);
}

void TestScale::shares_data()
{
    QTest::addColumn<qulonglong>("part");
    QTest::addColumn<qulonglong>("whole");
    QTest::addColumn<QString>("text");

    QTest::newRow("of nothing") << 0ULL << 0ULL << u"0 %"_s;
    QTest::newRow("nothing") << 0ULL << 9ULL << u"0 %"_s;
    QTest::newRow("hardly any") << 1ULL << 100'000ULL << u"< 0.1 %"_s;
    QTest::newRow("few") << 4ULL << 1'000ULL << u"0.4 %"_s;
    QTest::newRow("some") << 12ULL << 100ULL << u"12 %"_s;
    QTest::newRow("nearly all") << 99'999ULL << 100'000ULL << u"> 99.9 %"_s;
    QTest::newRow("all") << 5ULL << 5ULL << u"100 %"_s;
}

void TestScale::shares()
{
    QFETCH(qulonglong, part);
    QFETCH(qulonglong, whole);
    QFETCH(QString, text);
    QCOMPARE(shareText(part, whole), text);
}

HOLDLINE_TEST(TestScale)
#include "tst_scale.moc"
