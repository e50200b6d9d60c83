// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/deadlines.h"
#include "core/eventloop/deadlinetimer.h"
#include "tests/support/suite.h"

#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kEpoch{};

/// A simple model of the deadline table: a list with linear search.
struct NaiveList
{
    std::vector<std::pair<TimePoint, int>> entries;

    bool clear(int key)
    {
        return std::erase_if(entries, [key](const auto &entry) { return entry.second == key; }) > 0;
    }
    void set(int key, TimePoint at)
    {
        clear(key);
        entries.emplace_back(at, key);
    }
    std::optional<TimePoint> at(int key) const
    {
        for (const auto &[time, other] : entries) {
            if (other == key)
                return time;
        }
        return std::nullopt;
    }
    std::optional<std::pair<TimePoint, int>> earliest() const
    {
        const auto it = std::min_element(entries.begin(), entries.end());
        return it == entries.end() ? std::nullopt : std::optional(*it);
    }
};

/// Runs the event loop until `done` returns true. The time limit matters only when the test fails.
template <typename Condition>
bool runUntil(Condition done)
{
    return QTest::qWaitFor(done, 20'000);
}

}  // namespace

class TestDeadlines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void againstNaiveList_data();
    void againstNaiveList();
    void sameMoment();
    void settingAndClearingWhileTaking();

    void timerIsNeverEarly();
    void timerServesTheEarliestFirst();
    void timerIsRearmedForAnEarlierOne();
    void clearedOnesDoNotFire();
    void setAndClearInsideOnExpired();
    void farAwayDeadlines();
    void aPauseLetsTheLoopReadFirst();
    void aLoopThatIsAlwaysLate();
    void destructionDropsAll();
};

void TestDeadlines::againstNaiveList_data()
{
    QTest::addColumn<quint64>("seed");
    if (const QByteArray replay = qgetenv("HOLDLINE_TEST_SEED"); !replay.isEmpty()) {
        QTest::newRow("replay") << replay.toULongLong();
        return;
    }
    for (quint64 seed = 1; seed <= 10; ++seed)
        QTest::addRow("seed %llu", seed) << seed;
    const quint64 fresh = std::random_device()();
    QTest::addRow("fresh seed %llu", fresh) << fresh;
}

void TestDeadlines::againstNaiveList()
{
    QFETCH(const quint64, seed);
    std::mt19937_64 random(seed);
    const auto below = [&random](int bound) {
        return std::uniform_int_distribution<int>(0, bound - 1)(random);
    };
    Deadlines<int> table;
    NaiveList list;
    TimePoint now = kEpoch;
    for (int i = 0; i < 10'000; ++i) {
        const int key = below(40);
        const int dice = below(10);
        if (dice < 6) {
            const TimePoint at = now + below(50) * 1ms;
            table.set(key, at);
            list.set(key, at);
        } else if (dice < 8) {
            QCOMPARE(table.clear(key), list.clear(key));
        } else {
            now += below(20) * 1ms;
            while (const auto taken = table.takeExpired(now)) {
                const auto due = list.earliest();
                QVERIFY2(due && due->first <= now, "taken and not due");
                QCOMPARE(*taken, due->second);
                list.clear(*taken);
            }
            const auto left = list.earliest();
            QVERIFY2(!left || left->first > now, "due and not taken");
        }
        QCOMPARE(table.size(), list.entries.size());
        QCOMPARE(table.empty(), list.entries.empty());
        QCOMPARE(table.at(key), list.at(key));
        const auto earliest = list.earliest();
        QCOMPARE(table.next(), earliest ? std::optional(earliest->first) : std::nullopt);
    }
}

void TestDeadlines::sameMoment()
{
    Deadlines<int> table;
    for (int key = 0; key < 100; ++key)
        table.set(key, kEpoch + 1s);
    QVERIFY(!table.takeExpired(kEpoch + 999ms));
    int taken = 0;
    while (table.takeExpired(kEpoch + 1s))
        ++taken;
    QCOMPARE(taken, 100);
    QVERIFY(table.empty());
    QVERIFY(!table.next());
}

void TestDeadlines::settingAndClearingWhileTaking()
{
    Deadlines<int> table;
    for (int key = 1; key <= 4; ++key)
        table.set(key, kEpoch + key * 1ms);
    QCOMPARE(table.takeExpired(kEpoch + 10ms), std::optional(1));
    QVERIFY(!table.clear(1));
    QVERIFY(table.clear(2));
    table.set(1, kEpoch + 20ms);
    table.set(4, kEpoch + 2ms);
    QCOMPARE(table.takeExpired(kEpoch + 10ms), std::optional(4));
    QCOMPARE(table.takeExpired(kEpoch + 10ms), std::optional(3));
    QVERIFY(!table.takeExpired(kEpoch + 10ms));
    QCOMPARE(table.next(), std::optional(kEpoch + 20ms));
}

void TestDeadlines::timerIsNeverEarly()
{
    std::vector<TimePoint> due(50);
    int fired = 0;
    int early = 0;
    DeadlineTimer<int> timer([&](const int &key) {
        ++fired;
        early += Clock::now() < due[static_cast<std::size_t>(key)] ? 1 : 0;
    });
    const TimePoint start = Clock::now();
    for (std::size_t i = 0; i < due.size(); ++i) {
        // Uses odd microseconds, because a timer in whole milliseconds must round up.
        due[i] = start + i * 1'337us;
        timer.set(static_cast<int>(i), due[i]);
    }
    QVERIFY(runUntil([&] { return fired == 50; }));
    QCOMPARE(early, 0);
    QVERIFY(timer.table().empty());
}

void TestDeadlines::timerServesTheEarliestFirst()
{
    std::vector<int> order;
    DeadlineTimer<int> timer([&order](const int &key) { order.push_back(key); });
    const TimePoint start = Clock::now();
    for (const int key : {3, 1, 5, 2, 4})
        timer.set(key, start + key * 3ms);
    QVERIFY(order.empty());
    QVERIFY(runUntil([&order] { return order.size() == 5; }));
    QCOMPARE(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

void TestDeadlines::timerIsRearmedForAnEarlierOne()
{
    std::vector<int> order;
    DeadlineTimer<int> timer([&order](const int &key) { order.push_back(key); });
    timer.setIn(1, 1h);
    timer.setIn(2, 5ms);
    QVERIFY(runUntil([&order] { return !order.empty(); }));
    QCOMPARE(order, std::vector<int>{2});
    // A deadline that was moved fires at its new time.
    timer.setIn(1, 5ms);
    QVERIFY(runUntil([&order] { return order.size() == 2; }));
    QCOMPARE(order, (std::vector<int>{2, 1}));
}

void TestDeadlines::clearedOnesDoNotFire()
{
    std::vector<int> order;
    DeadlineTimer<int> timer([&order](const int &key) { order.push_back(key); });
    timer.setIn(1, 1ms);
    timer.setIn(2, 10ms);
    QVERIFY(timer.clear(1));
    QVERIFY(!timer.clear(1));
    // The wake-up for deadline 1 finds nothing due, and deadline 2 still fires.
    QVERIFY(runUntil([&order] { return !order.empty(); }));
    QCOMPARE(order, std::vector<int>{2});
}

void TestDeadlines::setAndClearInsideOnExpired()
{
    std::vector<int> order;
    std::unique_ptr<DeadlineTimer<int>> timer;
    timer = std::make_unique<DeadlineTimer<int>>([&](const int &key) {
        order.push_back(key);
        if (key == 1) {
            timer->clear(2);
            timer->setIn(3, 2ms);
            timer->setIn(4, 0ms);
            timer->setIn(1, 4ms);
        } else if (key == 3) {
            timer->clear(1);
            timer->setIn(5, 2ms);
        }
    });
    const TimePoint start = Clock::now();
    timer->set(1, start);
    timer->set(2, start);
    QVERIFY(runUntil([&] { return timer->table().empty(); }));
    QCOMPARE(order, (std::vector<int>{1, 4, 3, 5}));
}

/// QTimer counts milliseconds in an int. A deadline more than 24 days away must neither fire nor cause a
/// warning.
void TestDeadlines::farAwayDeadlines()
{
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
    std::vector<int> order;
    DeadlineTimer<int> timer([&order](const int &key) { order.push_back(key); });
    timer.set(1, TimePoint::max());
    timer.setIn(2, 24h * 30);
    timer.setIn(3, 5ms);
    QVERIFY(runUntil([&order] { return !order.empty(); }));
    QCOMPARE(order, std::vector<int>{3});
    QCOMPARE(timer.table().size(), std::size_t(2));
}

/// After a pause of the process, data that arrived in time may need several turns of the event loop until it
/// clears its deadline.
void TestDeadlines::aPauseLetsTheLoopReadFirst()
{
    std::vector<int> fired;
    DeadlineTimer<int> timer([&fired](const int &key) { fired.push_back(key); });
    timer.setIn(1, 20ms);
    timer.setIn(2, 20ms);
    // Three turns of the event loop, as for a connection in the backlog: accept, read, hand over.
    QTimer turn;
    turn.setSingleShot(true);
    int turns = 0;
    connect(&turn, &QTimer::timeout, &turn, [&] {
        if (++turns < 3) {
            turn.start(0);
            return;
        }
        timer.clear(1);
        // A deadline that is set meanwhile does not end the waiting.
        timer.setIn(3, 0ms);
    });
    turn.start(30ms);
    QTest::qSleep(600);
    QVERIFY(runUntil([&fired] { return fired.size() == 2; }));
    QCOMPARE(turns, 3);
    QCOMPARE(fired, (std::vector<int>{2, 3}));
    QVERIFY(timer.table().empty());
}

/// Even when every turn of the event loop is late, deadlines are reported.
void TestDeadlines::aLoopThatIsAlwaysLate()
{
    std::vector<int> fired;
    DeadlineTimer<int> timer([&fired](const int &key) { fired.push_back(key); });
    QTimer busy;
    connect(&busy, &QTimer::timeout, &busy, [] { QTest::qSleep(400); });
    busy.start(0);
    timer.setIn(1, 1ms);
    QVERIFY(runUntil([&fired] { return !fired.empty(); }));
}

void TestDeadlines::destructionDropsAll()
{
    int fired = 0;
    {
        DeadlineTimer<int> dropped([&fired](const int &) { ++fired; });
        dropped.setIn(1, 1ms);
    }
    bool later = false;
    DeadlineTimer<int> timer([&later](const int &) { later = true; });
    timer.setIn(1, 10ms);
    QVERIFY(runUntil([&later] { return later; }));
    QCOMPARE(fired, 0);
}

HOLDLINE_TEST(TestDeadlines)
#include "tst_deadlines.moc"
