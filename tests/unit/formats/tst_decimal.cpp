// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/decimal.h"
#include "tests/support/suite.h"

#include <QDateTime>
#include <QTest>

#include <limits>
#include <random>

using namespace holdline;
using namespace std::chrono_literals;
using std::chrono::system_clock;

namespace {

QByteArray milliseconds(Duration duration)
{
    QByteArray text = "x";
    appendMilliseconds(text, duration);
    return text;
}

QByteArray timestamp(system_clock::time_point at)
{
    QByteArray text;
    appendTimestamp(text, at);
    return text;
}

}  // namespace

class TestDecimal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbers()
    {
        QByteArray text = "a=";
        for (const std::int64_t number :
             {std::int64_t(0), std::int64_t(7), std::int64_t(-120), std::numeric_limits<std::int64_t>::max(),
              std::numeric_limits<std::int64_t>::min()}) {
            text = "a=";
            appendDecimal(text, number);
            QCOMPARE(text, "a=" + QByteArray::number(qlonglong(number)));
        }
    }

    void durations()
    {
        QCOMPARE(milliseconds(0ns), "x0.000");
        QCOMPARE(milliseconds(499ns), "x0.000");
        QCOMPARE(milliseconds(501ns), "x0.001");
        QCOMPARE(milliseconds(6512us), "x6.512");
        QCOMPARE(milliseconds(1h), "x3600000.000");
        QCOMPARE(milliseconds(-2050us), "x-2.050");
    }

    /// Compares the timestamps with Qt's own formatting.
    void timestamps()
    {
        std::mt19937_64 random(20260101);
        for (int i = 0; i < 20'000; ++i) {
            const auto ms =
                static_cast<std::int64_t>(random() % 9'000'000'000'000ULL);  // up to the year 2255
            const QDateTime expected = QDateTime::fromMSecsSinceEpoch(ms).toUTC();
            QCOMPARE(timestamp(system_clock::time_point(std::chrono::milliseconds(ms))),
                     expected.toString(Qt::ISODateWithMs).toLatin1());
        }
        QCOMPARE(timestamp(system_clock::time_point(1'700'000'000'123'999'999ns)),
                 "2023-11-14T22:13:20.123Z");
    }
};

HOLDLINE_TEST(TestDecimal)
#include "tst_decimal.moc"
