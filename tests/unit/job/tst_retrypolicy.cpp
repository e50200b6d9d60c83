// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrypolicy.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <limits>
#include <random>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{1'000h};
constexpr double kAlmostOne = 0x1.fffffffffffffp-1;

RetryPolicy::Try failedAt(int attempt, double random, Duration left = 1h)
{
    return {attempt, std::nullopt, kNow, kNow + left, random};
}

}  // namespace

class TestRetryPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundsOfEachAttempt_data();
    void boundsOfEachAttempt();
    void numberOfAttempts();
    void noCapOnAttempts();
    void durableJobsWaitLonger();
    void theTimeLeftIsUsed();
    void fullJitterIsUniform();
    void retryAfterIsHonoured();
    void neverPastTheDeadline();
    void hugeValuesDoNotOverflow();
};

void TestRetryPolicy::boundsOfEachAttempt_data()
{
    QTest::addColumn<int>("attempt");
    QTest::addColumn<int>("ceilingMs");
    int ceiling = 50;
    for (int attempt = 1; attempt < 200; ++attempt) {
        QTest::addRow("attempt %d", attempt) << attempt << ceiling;
        ceiling = std::min(2000, ceiling * 2);
    }
}

void TestRetryPolicy::boundsOfEachAttempt()
{
    QFETCH(const int, attempt);
    QFETCH(const int, ceilingMs);
    const RetryPolicy policy{1000, 50ms, 2000ms};
    QCOMPARE(policy.delayAfter(failedAt(attempt, 0)), std::optional<Duration>(0ms));
    const Duration longest = *policy.delayAfter(failedAt(attempt, kAlmostOne));
    QVERIFY(longest <= ceilingMs * 1ms);
    QVERIFY(longest > ceilingMs * 1ms - 1us);
    QCOMPARE(policy.delayAfter(failedAt(attempt, 0.5)), std::optional<Duration>(ceilingMs * 500us));
}

void TestRetryPolicy::numberOfAttempts()
{
    for (int attempts = 1; attempts < 6; ++attempts) {
        const RetryPolicy policy{attempts, 50ms, 2000ms};
        for (int attempt = 1; attempt < 8; ++attempt)
            QCOMPARE(policy.delayAfter(failedAt(attempt, 0.3)).has_value(), attempt < attempts);
    }
}

void TestRetryPolicy::noCapOnAttempts()
{
    const RetryPolicy policy{0, 50ms, 2000ms};
    for (const int attempt : {1, 4, 100, 1'000'000, std::numeric_limits<int>::max()})
        QVERIFY(policy.delayAfter(failedAt(attempt, 0.5)));
}

/// When the upstream is down for an hour, a durable job must not be retried every second.
void TestRetryPolicy::durableJobsWaitLonger()
{
    const RetryPolicy policy{0, 50ms, 2000ms};
    const auto halfOfTheLongest = [&policy](Duration age) {
        RetryPolicy::Try failed = failedAt(100, 0.5);
        failed.age = age;
        return policy.delayAfter(failed).value();
    };
    QCOMPARE(halfOfTheLongest(0s), Duration(1s));
    QCOMPARE(halfOfTheLongest(8s), Duration(1s));
    QCOMPARE(halfOfTheLongest(20s), Duration(2500ms));
    QCOMPARE(halfOfTheLongest(240s), Duration(30s));
    QCOMPARE(halfOfTheLongest(24h), Duration(30s));
    // When the configured maximum is above the usual one, it applies to jobs of every age.
    const RetryPolicy patient{0, 50ms, std::chrono::milliseconds(10min)};
    RetryPolicy::Try failed = failedAt(100, 0.5);
    QCOMPARE(patient.delayAfter(failed), std::optional<Duration>(5min));
    failed.age = 24h;
    QCOMPARE(patient.delayAfter(failed), std::optional<Duration>(5min));
}

/// The delay is chosen from the time left before the deadline, so that bad luck does not end a job early.
void TestRetryPolicy::theTimeLeftIsUsed()
{
    const RetryPolicy policy{0, 50ms, 2000ms};
    for (int left = 10; left < 3000; left += 7) {
        for (const double random : {0.0, 0.25, 0.99, 0.999}) {
            const auto delay = policy.delayAfter(failedAt(20, random, left * 1ms));
            QVERIFY(delay && *delay < left * 1ms);
        }
    }
    QCOMPARE(policy.delayAfter(failedAt(20, 0.5, 400ms)), std::optional<Duration>(200ms));
    QVERIFY2(!policy.delayAfter(failedAt(20, 0, 9999us)), "a start that near to the deadline is of no use");
}

void TestRetryPolicy::fullJitterIsUniform()
{
    const RetryPolicy policy{10, 64ms, 2000ms};
    std::mt19937 random(42);
    std::uniform_real_distribution<double> uniform;
    std::array<int, 8> buckets{};
    for (int i = 0; i < 80'000; ++i)
        ++buckets[static_cast<std::size_t>(*policy.delayAfter(failedAt(1, uniform(random))) / 8ms)];
    for (const int count : buckets)
        QVERIFY2(std::abs(count - 10'000) < 500, qPrintable(QString::number(count)));
}

void TestRetryPolicy::retryAfterIsHonoured()
{
    const RetryPolicy policy{4, 50ms, 2000ms};
    RetryPolicy::Try failed = failedAt(1, 0.5);
    failed.retryAfter = 7s;
    QCOMPARE(policy.delayAfter(failed), std::optional<Duration>(7s));
    // A Retry-After shorter than the backoff is satisfied by the backoff.
    failed.retryAfter = 1ms;
    QCOMPARE(policy.delayAfter(failed), std::optional<Duration>(25ms));
    failed.retryAfter = 0ms;
    QCOMPARE(policy.delayAfter(failed), std::optional<Duration>(25ms));
    failed.retryAfter = -5s;
    QCOMPARE(policy.delayAfter(failed), std::optional<Duration>(25ms));
    failed.attempt = 4;
    QVERIFY2(!policy.delayAfter(failed), "it is no reason for one more try");
}

void TestRetryPolicy::neverPastTheDeadline()
{
    const RetryPolicy policy{100, 50ms, 2000ms};
    for (int attempt = 1; attempt < 10; ++attempt) {
        for (int left = -10; left < 2100; left += 7) {
            for (const double random : {0.0, 0.25, 0.99, kAlmostOne}) {
                for (const int retryAfter : {-1, 0, 10, 500, 5000}) {
                    RetryPolicy::Try failed = failedAt(attempt, random, left * 1ms + 100us);
                    if (retryAfter >= 0)
                        failed.retryAfter = retryAfter * 1ms;
                    const auto delay = policy.delayAfter(failed);
                    QVERIFY(!delay || (*delay >= 0ms && failed.now + *delay < failed.deadline));
                    QVERIFY(!delay || retryAfter < 0 || *delay >= retryAfter * 1ms);
                }
            }
        }
    }
    QVERIFY2(!policy.delayAfter(failedAt(1, 0, 0ms)), "at the deadline is too late");
    RetryPolicy::Try failed = failedAt(1, 0, 500ms);
    failed.retryAfter = 499ms;
    QVERIFY(policy.delayAfter(failed));
    failed.retryAfter = 500ms;
    QVERIFY(!policy.delayAfter(failed));
}

/// Retry-After comes from the upstream and may be any number. UBSan reports overflows here.
void TestRetryPolicy::hugeValuesDoNotOverflow()
{
    const RetryPolicy policy{std::numeric_limits<int>::max(), 50ms, 2000ms};
    RetryPolicy::Try failed = failedAt(1, 0.5);
    failed.retryAfter = std::chrono::milliseconds::max();
    QVERIFY(!policy.delayAfter(failed));
    failed.retryAfter = std::chrono::milliseconds::min();
    QCOMPARE(policy.delayAfter(failed), std::optional<Duration>(25ms));
    failed.retryAfter = std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max() / 1000);
    QVERIFY(!policy.delayAfter(failed));
    QVERIFY(policy.delayAfter(failedAt(std::numeric_limits<int>::max() - 1, 0.5)));

    const RetryPolicy longest{10, std::chrono::milliseconds(24h), std::chrono::milliseconds(24h)};
    QCOMPARE(longest.delayAfter(failedAt(9, 0.5, 24h)), std::optional<Duration>(12h));
    const RetryPolicy none{10, 0ms, 0ms};
    QCOMPARE(none.delayAfter(failedAt(9, kAlmostOne)), std::optional<Duration>(0ms));
}

HOLDLINE_TEST(TestRetryPolicy)
#include "tst_retrypolicy.moc"
