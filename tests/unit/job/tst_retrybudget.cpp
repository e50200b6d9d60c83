// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrybudget.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'000h};

/// A simple model of RetryBudget. It stores all events and counts them for each query.
class Model
{
public:
    explicit Model(const RetryBudget::Limits &limits) : m_limits(limits) {}

    void countStart(TimePoint now) { m_starts.push_back(now); }
    bool take(TimePoint now)
    {
        const auto allowed = m_limits.perSecond * 10 + inWindow(m_starts, now) * m_limits.percent / 100;
        if (inWindow(m_retries, now) >= allowed)
            return false;
        m_retries.push_back(now);
        return true;
    }

private:
    static std::int64_t second(TimePoint at)
    {
        return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    }
    /// The window consists of the current second and the nine seconds before.
    static std::int64_t inWindow(const std::vector<TimePoint> &events, TimePoint now)
    {
        return std::count_if(events.begin(), events.end(),
                             [now](TimePoint at) { return second(now) - second(at) < 10; });
    }

    RetryBudget::Limits m_limits;
    std::vector<TimePoint> m_starts;
    std::vector<TimePoint> m_retries;
};

/// Tries all sequences of up to `depth` more steps. A step is a start, a retry, or a pause of 5 s.
void walk(const RetryBudget &budget, const Model &model, TimePoint now, int depth, int &walked)
{
    if (depth == 0)
        return;
    for (int step = 0; step < 3; ++step) {
        RetryBudget next = budget;
        Model nextModel = model;
        TimePoint then = now;
        if (step == 0) {
            next.countStart(now);
            nextModel.countStart(now);
        } else if (step == 1) {
            QCOMPARE(next.take(now), nextModel.take(now));
        } else {
            then += 5s;
        }
        ++walked;
        walk(next, nextModel, then, depth - 1, walked);
        if (QTest::currentTestFailed())
            return;
    }
}

int takeAll(RetryBudget &budget, TimePoint now)
{
    int taken = 0;
    while (budget.take(now))
        ++taken;
    return taken;
}

}  // namespace

class TestRetryBudget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySequence_data();
    void everySequence();
    void randomSchedules();
    void aQuietServiceRetriesToo();
    void aShareOfTheStarts();
    void nothingLastsLongerThanTheWindow();
    void limitsChangeOnTheWay();
    void nextChange();
    void enoughForThirtyPercentOfFailures();
};

void TestRetryBudget::everySequence_data()
{
    QTest::addColumn<int>("percent");
    QTest::addColumn<int>("perSecond");
    QTest::newRow("nothing at all") << 0 << 0;
    QTest::newRow("one for one") << 100 << 0;
    QTest::newRow("one for two") << 50 << 0;
    QTest::newRow("three for one") << 300 << 0;
}

void TestRetryBudget::everySequence()
{
    QFETCH(const int, percent);
    QFETCH(const int, perSecond);
    const RetryBudget::Limits limits{percent, perSecond};
    int walked = 0;
    walk(RetryBudget(limits), Model(limits), kStart, 9, walked);
    QCOMPARE(walked, (19683 * 3 - 3) / 2);
}

void TestRetryBudget::randomSchedules()
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&random](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
        const RetryBudget::Limits limits{below(200), below(3)};
        RetryBudget budget(limits);
        Model model(limits);
        TimePoint now = kStart + below(1000) * 1ms;
        for (int i = 0; i < 2000; ++i) {
            switch (below(4)) {
                case 0:
                    now += below(10) == 0 ? below(30) * 1s : below(300) * 1ms;
                    break;
                case 1:
                    budget.countStart(now);
                    model.countStart(now);
                    break;
                default:
                    QCOMPARE(budget.take(now), model.take(now));
            }
        }
    }
}

void TestRetryBudget::aQuietServiceRetriesToo()
{
    RetryBudget budget({0, 10});
    QCOMPARE(takeAll(budget, kStart), 100);
    QVERIFY(!budget.take(kStart + 9999ms));
    QCOMPARE(takeAll(budget, kStart + 10s), 100);
}

void TestRetryBudget::aShareOfTheStarts()
{
    RetryBudget budget({20, 0});
    for (int i = 0; i < 99; ++i)
        budget.countStart(kStart);
    QCOMPARE(takeAll(budget, kStart + 5s), 19);
    budget.countStart(kStart + 5s);
    QCOMPARE(takeAll(budget, kStart + 5s), 1);
}

void TestRetryBudget::nothingLastsLongerThanTheWindow()
{
    RetryBudget budget({100, 0});
    for (int i = 0; i < 50; ++i)
        budget.countStart(kStart);
    QVERIFY(!RetryBudget(budget).take(kStart + 10s));
    QVERIFY(!RetryBudget(budget).take(kStart + 24h));
    QCOMPARE(takeAll(budget, kStart + 9999ms), 50);
}

void TestRetryBudget::limitsChangeOnTheWay()
{
    RetryBudget budget({0, 1});
    QCOMPARE(takeAll(budget, kStart), 10);
    budget.setLimits({0, 2});
    QCOMPARE(takeAll(budget, kStart), 10);
    budget.setLimits({0, 1});
    QVERIFY(!budget.take(kStart + 9s));
}

void TestRetryBudget::nextChange()
{
    QCOMPARE(RetryBudget::nextChange(kStart), kStart + 1s);
    QCOMPARE(RetryBudget::nextChange(kStart + 1ns), kStart + 1s);
    QCOMPARE(RetryBudget::nextChange(kStart + 999'999'999ns), kStart + 1s);
}

/// Uses the default budget. Each failed start is retried after a second.
void TestRetryBudget::enoughForThirtyPercentOfFailures()
{
    RetryBudget budget{RetryBudget::Limits{}};
    std::mt19937 random(7);
    int waiting = 0;
    for (int second = 0; second < 100; ++second) {
        const TimePoint now = kStart + second * 1s;
        int failed = 0;
        for (int i = 0; i < waiting; ++i) {
            QVERIFY2(budget.take(now), "a retry has to wait");
            failed += random() % 100 < 30 ? 1 : 0;
        }
        for (int i = 0; i < 300; ++i) {
            budget.countStart(now);
            failed += random() % 100 < 30 ? 1 : 0;
        }
        waiting = failed;
    }
}

HOLDLINE_TEST(TestRetryBudget)
#include "tst_retrybudget.moc"
