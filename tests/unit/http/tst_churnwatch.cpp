// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/churnwatch.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace std::chrono_literals;

class TestChurnWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A few closed connections are normal, and at most one log line per minute is written.
    void oneLineAMinute()
    {
        ChurnWatch watch;
        TimePoint now{};
        int lines = 0;
        const auto close = [&](int count) {
            for (int i = 0; i < count; ++i)
                lines += watch.closed(now) ? 1 : 0;
            return lines;
        };
        QCOMPARE(close(ChurnWatch::kMany - 1), 0);
        now += 59s;
        QCOMPARE(close(1), 1);
        QCOMPARE(close(1000), 1);
        now += 1s;
        QCOMPARE(close(ChurnWatch::kMany - 1), 1);
        now += 60s;
        QCOMPARE(close(ChurnWatch::kMany - 1), 1);
        QCOMPARE(close(1), 2);
    }
};

HOLDLINE_TEST(TestChurnWatch)
#include "tst_churnwatch.moc"
