// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/histogramslice.h"
#include "tests/support/suite.h"

#include <QRandomGenerator>
#include <QTest>

using namespace holdline;
using std::chrono::microseconds;

class TestHistogramSlice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void empty()
    {
        const HistogramSlice slice = HistogramSlice::since({}, {});
        QVERIFY(slice.isEmpty());
        QCOMPARE(slice.quantile(0.5).count(), 0);
        QCOMPARE(slice.countUpTo(microseconds(1000)), 0u);
    }

    /// A slice of a time span reports the same as a histogram with only the values of this span.
    void sameAsItsOwnHistogram()
    {
        QRandomGenerator random(5);
        for (int round = 0; round < 50; ++round) {
            LatencyHistogram before;
            const auto value = [&] { return microseconds(random.bounded(1 << random.bounded(1, 31))); };
            for (int i = random.bounded(200); i > 0; --i)
                before.record(value());
            LatencyHistogram now = before;
            LatencyHistogram alone;
            for (int i = 1 + random.bounded(200); i > 0; --i) {
                const microseconds took = value();
                now.record(took);
                alone.record(took);
            }
            const HistogramSlice slice = HistogramSlice::since(now, before);
            QCOMPARE(slice.count(), alone.count());
            QCOMPARE(slice.sum().count(), alone.sum().count());
            for (const double q : {0.0, 0.5, 0.95, 0.99, 1.0}) {
                const auto expected = static_cast<double>(alone.quantile(q).count());
                const auto actual = static_cast<double>(slice.quantile(q).count());
                QVERIFY2(std::abs(actual - expected) <= expected / 31 + 1, qPrintable(QString::number(q)));
            }
            QVERIFY(slice.max() >= alone.max());
            QVERIFY(slice.max() <= alone.max() + alone.max() / 32 + microseconds(1));
            const microseconds bound = value();
            QCOMPARE(slice.countUpTo(bound),
                     bound >= LatencyHistogram::kMax ? slice.count() : alone.countUpTo(bound));
        }
    }

    void merging()
    {
        QRandomGenerator random(6);
        for (int round = 0; round < 50; ++round) {
            LatencyHistogram first;
            LatencyHistogram second;
            for (int i = random.bounded(100); i > 0; --i)
                first.record(microseconds(random.bounded(10'000'000)));
            for (int i = random.bounded(100); i > 0; --i)
                second.record(microseconds(random.bounded(10'000)));
            HistogramSlice sum = HistogramSlice::since(first, {});
            sum.merge(HistogramSlice::since(second, {}));
            first.merge(second);
            const HistogramSlice expected = HistogramSlice::since(first, {});
            QVERIFY(sum.buckets() == expected.buckets());
            QCOMPARE(sum.count(), expected.count());
            QCOMPARE(sum.sum().count(), expected.sum().count());
            QCOMPARE(sum.max().count(), expected.max().count());
        }
    }
};

HOLDLINE_TEST(TestHistogramSlice)
#include "tst_histogramslice.moc"
