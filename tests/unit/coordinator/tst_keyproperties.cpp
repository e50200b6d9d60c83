// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that share one key, in every order of events. There must be one start request and equal responses.
#include "tests/support/suite.h"
#include "tests/unit/coordinator/keystory.h"

#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::test;

namespace {

/// Removes steps that are not needed to make the test fail.
Steps shrunk(Steps steps, bool rejects)
{
    for (std::size_t i = 0; i < steps.size();) {
        Steps fewer = steps;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (Story(fewer, rejects).run().isEmpty())
            ++i;
        else
            steps = fewer;
    }
    return steps;
}

QByteArray problemOf(const Steps &steps, bool rejects)
{
    if (Story(steps, rejects).run().isEmpty())
        return {};
    const Steps least = shrunk(steps, rejects);
    return (rejects ? "rejecting: " : "") + textOf(least) + ": " + Story(least, rejects).run();
}

}  // namespace

class TestKeyProperties : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyShortOrder_data();
    void everyShortOrder();
    void longOrders_data();
    void longOrders();
};

void TestKeyProperties::everyShortOrder_data()
{
    QTest::addColumn<Steps>("alphabet");
    QTest::addColumn<bool>("rejects");
    using S = Step;
    QTest::newRow("all goes well") << Steps{S::Arrives, S::Leaves,   S::Writes,
                                            S::Turn,    S::Accepted, S::Callback}
                                   << false;
    QTest::newRow("writes fail") << Steps{S::Arrives, S::WriteFails, S::Writes,
                                          S::Turn,    S::Accepted,   S::Callback}
                                 << false;
    QTest::newRow("another request") << Steps{S::Arrives, S::ArrivesOther, S::Writes, S::Turn, S::Callback}
                                     << false;
    QTest::newRow("handed over") << Steps{S::Arrives, S::ArrivesHandsOver, S::Leaves, S::Writes,
                                          S::Turn,    S::Callback}
                                 << false;
    QTest::newRow("in flight is refused")
        << Steps{S::Arrives, S::Leaves, S::Writes, S::Turn, S::Callback} << true;
    QTest::newRow("the upstream cannot be reached")
        << Steps{S::Arrives, S::Writes, S::Turn, S::Unreachable, S::Accepted, S::Callback} << false;
    QTest::newRow("the start's fate is unknown")
        << Steps{S::Arrives, S::Leaves, S::Writes, S::Turn, S::Unknown, S::Callback} << false;
}

void TestKeyProperties::everyShortOrder()
{
    QFETCH(Steps, alphabet);
    QFETCH(bool, rejects);
    constexpr std::size_t kLongest = 5;
    int orders = 0;
    for (std::size_t length = 1; length <= kLongest; ++length) {
        // The steps are the digits of a number that is counted up. A sequence begins with an arrival.
        std::vector<std::size_t> digits(length, 0);
        while (digits.front() == 0) {
            Steps steps;
            for (const std::size_t digit : digits)
                steps.push_back(alphabet[digit]);
            const QByteArray problem = problemOf(steps, rejects);
            QVERIFY2(problem.isEmpty(), problem.constData());
            ++orders;
            std::size_t at = length;
            while (at > 0 && ++digits[at - 1] == alphabet.size())
                digits[--at] = 0;
            if (at == 0)
                break;
        }
    }
    qInfo("%d orders", orders);
}

void TestKeyProperties::longOrders_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
    const unsigned seed = std::random_device()();
    QTest::addRow("seed %u, another one each time", seed) << seed;
}

void TestKeyProperties::longOrders()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    for (int story = 0; story < 150; ++story) {
        const bool rejects = random() % 4 == 0;
        const bool mayFail = random() % 2 == 0;
        Steps steps;
        const std::size_t length = 5 + random() % 30;
        while (steps.size() < length) {
            const auto step = static_cast<Step>(random() % 14);
            if (step == Step::WriteFails && !mayFail)
                continue;
            steps.push_back(step);
        }
        const QByteArray problem = problemOf(steps, rejects);
        QVERIFY2(problem.isEmpty(), ("story " + QByteArray::number(story) + ": " + problem).constData());
    }
}

HOLDLINE_TEST(TestKeyProperties)
#include "tst_keyproperties.moc"
