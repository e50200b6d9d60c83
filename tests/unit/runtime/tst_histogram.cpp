// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/latencyhistogram.h"
#include "tests/support/suite.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;

class TestHistogram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void empty();
    void oneValue_data();
    void oneValue();
    void clamps();
    void quantilesAgainstSortedValues_data();
    void quantilesAgainstSortedValues();
    void merging();
    void counting();
};

void TestHistogram::empty()
{
    const LatencyHistogram histogram;
    QCOMPARE(histogram.count(), 0u);
    QCOMPARE(histogram.quantile(0.5), 0us);
    QCOMPARE(histogram.min(), 0us);
    QCOMPARE(histogram.max(), 0us);
    QCOMPARE(histogram.countUpTo(1h), 0u);
}

void TestHistogram::oneValue_data()
{
    QTest::addColumn<qint64>("us");
    for (int bit = 0; bit < 32; ++bit) {
        for (const qint64 us : {(qint64(1) << bit) - 1, qint64(1) << bit, (qint64(1) << bit) + 1}) {
            if (us <= 3'600'000'000)
                QTest::addRow("%lld around 2^%d", us, bit) << us;
        }
    }
    QTest::newRow("an hour") << qint64(3'600'000'000);
}

void TestHistogram::oneValue()
{
    QFETCH(qint64, us);
    const std::chrono::microseconds value(us);
    LatencyHistogram histogram;
    histogram.record(value);
    // Quantiles are clamped to the smallest and the largest value, so a single value is exact.
    for (const double q : {0.0, 0.5, 1.0})
        QCOMPARE(histogram.quantile(q), value);
    QCOMPARE(histogram.sum(), value);
    QCOMPARE(histogram.min(), value);
    QCOMPARE(histogram.max(), value);
    QCOMPARE(histogram.countUpTo(value - 1us), 0u);
    QCOMPARE(histogram.countUpTo(value + value / 32 + 1us), 1u);
}

void TestHistogram::clamps()
{
    LatencyHistogram histogram;
    histogram.record(-5s);
    histogram.record(Duration::min());
    QCOMPARE(histogram.max(), 0us);
    histogram.record(2h);
    histogram.record(Duration::max());
    QCOMPARE(histogram.max(), std::chrono::microseconds(1h));
    QCOMPARE(histogram.count(), 4u);
    QCOMPARE(histogram.countUpTo(1h), 4u);
    QCOMPARE(histogram.countUpTo(0us), 2u);
    QCOMPARE(histogram.countUpTo(-1us), 0u);
    histogram.record(999ns);
    QCOMPARE(histogram.countUpTo(0us), 3u);
    QCOMPARE(histogram.quantile(-1), 0us);
    QCOMPARE(histogram.quantile(2), std::chrono::microseconds(1h));
}

void TestHistogram::quantilesAgainstSortedValues_data()
{
    QTest::addColumn<int>("shape");
    QTest::newRow("even") << 0;
    QTest::newRow("exponential") << 1;
    QTest::newRow("small") << 2;
}

void TestHistogram::quantilesAgainstSortedValues()
{
    QFETCH(int, shape);
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    LatencyHistogram histogram;
    std::vector<qint64> values;
    for (int i = 0; i < 20'000; ++i) {
        const double u = random.generateDouble();
        const double value = shape == 0 ? u * 5e6 : shape == 1 ? std::exp(u * 21.9) : u * 40;
        values.push_back(static_cast<qint64>(value));
        histogram.record(std::chrono::microseconds(values.back()));
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank =
            std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * double(values.size()))));
        const auto exact = double(values[rank - 1]);
        const auto said = double(histogram.quantile(q).count());
        QVERIFY2(std::abs(said - exact) <= exact * 0.016 + 0.5,
                 qPrintable(QStringLiteral("q %1: %2 instead of %3").arg(q).arg(said).arg(exact)));
    }
    const auto sum = std::accumulate(values.begin(), values.end(), qint64(0));
    QCOMPARE(histogram.sum().count(), sum);
}

void TestHistogram::merging()
{
    LatencyHistogram a;
    LatencyHistogram b;
    LatencyHistogram both;
    for (int i = 1; i <= 1000; ++i) {
        (i % 3 ? a : b).record(std::chrono::milliseconds(i));
        both.record(std::chrono::milliseconds(i));
    }
    a.merge(LatencyHistogram());
    a.merge(b);
    QCOMPARE(a.count(), both.count());
    QCOMPARE(a.sum(), both.sum());
    QCOMPARE(a.min(), both.min());
    QCOMPARE(a.max(), both.max());
    for (int i = 0; i <= 100; ++i)
        QCOMPARE(a.quantile(i / 100.0), both.quantile(i / 100.0));
    LatencyHistogram empty;
    empty.merge(a);
    QCOMPARE(empty.min(), both.min());
}

void TestHistogram::counting()
{
    LatencyHistogram histogram;
    for (int i = 1; i <= 1000; ++i)
        histogram.record(std::chrono::milliseconds(i));
    std::uint64_t last = 0;
    for (int bound = 0; bound <= 1100; ++bound) {
        const std::uint64_t count = histogram.countUpTo(std::chrono::milliseconds(bound));
        QVERIFY(count >= last);
        QVERIFY(count <= std::uint64_t(std::min(bound, 1000)));
        QVERIFY(double(count) >= std::min(bound, 1000) * (1 - 1 / 32.0) - 1);
        last = count;
    }
    QCOMPARE(last, 1000u);
}

HOLDLINE_TEST(TestHistogram)
#include "tst_histogram.moc"
