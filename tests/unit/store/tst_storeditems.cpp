// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storeditems.h"

#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace holdline;
using Item = StoredItems::Item;
using Measure = StoredItems::Measure;

namespace {

Item item(std::int64_t at, std::int64_t number)
{
    return {StoreTime(std::chrono::milliseconds(at)), number};
}

QList<std::int64_t> numbers(const std::vector<StoredItems::Owned> &owned)
{
    QList<std::int64_t> all;
    for (const auto &one : owned)
        all.append(one.item.number);
    return all;
}

}  // namespace

/// Tests which items are removed first when the store is full.
class TestStoredItems : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLargestAccountGoesFirst();
    void equalAccountsGoByAge();
    void bytesDecide();
    void onlyItemsGo();
    void sameAsAMap_data();
    void sameAsAMap();
};

void TestStoredItems::theLargestAccountGoesFirst()
{
    StoredItems items;
    for (int i = 1; i <= 5; ++i)
        items.add("flood", item(100 + i, 100 + i));
    for (int i = 1; i <= 3; ++i)
        items.add("victim", item(i, i));
    QCOMPARE(items.count(), 8);
    // After two removals both accounts have the same number. Then the older item of both is removed each
    // time.
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 2)), (QList<std::int64_t>{101, 102}));
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 4)), (QList<std::int64_t>{101, 102, 1, 103}));
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 100)).size(), 8);
    QVERIFY(items.firstToGo(Measure::Items, 0).empty());
    items.remove("flood", item(101, 101));
    items.remove("flood", item(101, 101));
    items.remove("nobody", item(1, 1));
    QCOMPARE(items.count(), 7);
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 1)), QList<std::int64_t>{102});
}

void TestStoredItems::equalAccountsGoByAge()
{
    StoredItems items;
    // Items may be added in any order.
    for (const int age : {3, 1, 2})
        items.add(QByteArray::number(age), item(age, age));
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 3)), (QList<std::int64_t>{1, 2, 3}));
    items.add("1", item(0, 9));
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 2)), (QList<std::int64_t>{9, 1}));
    // When two items ended at the same time, the one with the smaller number is the older one.
    StoredItems atOnce;
    for (const int number : {2, 3, 1})
        atOnce.add("a", item(5, number));
    QCOMPARE(numbers(atOnce.firstToGo(Measure::Items, 3)), (QList<std::int64_t>{1, 2, 3}));
}

void TestStoredItems::bytesDecide()
{
    StoredItems items;
    items.add("many", item(1, 1));
    items.add("many", item(2, 2));
    items.addBytes("many", 100);
    items.add("large", item(3, 3));
    items.addBytes("large", 1000);
    QCOMPARE(items.bytes(), 1100);
    QCOMPARE(numbers(items.firstToGo(Measure::Bytes, 2)), (QList<std::int64_t>{3, 1}));
    QCOMPARE(numbers(items.firstToGo(Measure::Items, 1)), QList<std::int64_t>{1});
    items.addBytes("large", -1000);
    QCOMPARE(items.bytes(), 100);
    QCOMPARE(numbers(items.firstToGo(Measure::Bytes, 1)), QList<std::int64_t>{1});
}

void TestStoredItems::onlyItemsGo()
{
    StoredItems items;
    items.addBytes("unfinished", 1'000'000);
    QVERIFY(items.firstToGo(Measure::Bytes, 9).empty());
    items.add("ended", item(1, 1));
    QCOMPARE(numbers(items.firstToGo(Measure::Bytes, 9)), QList<std::int64_t>{1});
    // Bytes of unfinished jobs count for their account too.
    items.addBytes("ended", 10);
    items.add("unfinished", item(2, 2));
    QCOMPARE(numbers(items.firstToGo(Measure::Bytes, 1)), QList<std::int64_t>{2});
}

void TestStoredItems::sameAsAMap_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 30; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// Compares random items with a direct implementation of the rule.
void TestStoredItems::sameAsAMap()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto below = [&random](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    StoredItems items;
    std::map<QByteArray, std::set<Item>> all;
    for (int step = 0; step < 300; ++step) {
        const QByteArray account(1, static_cast<char>('a' + below(6)));
        if (below(4) != 0) {
            const Item added = item(below(50), step);
            items.add(account, added);
            all[account].insert(added);
        } else if (!all[account].empty()) {
            const auto gone = std::next(all[account].begin(), below(static_cast<int>(all[account].size())));
            items.remove(account, *gone);
            all[account].erase(gone);
        }
        if (step % 20 != 0)
            continue;
        auto left = all;
        const int most = below(40);
        const auto first = items.firstToGo(Measure::Items, most);
        for (const auto &[owner, gone] : first) {
            const std::set<Item> &mine = left[owner];
            QCOMPARE(gone.number, mine.begin()->number);
            for (const auto &[other, theirs] : left) {
                QVERIFY(mine.size() >= theirs.size());
                QVERIFY(mine.size() > theirs.size() || theirs.empty() || *mine.begin() <= *theirs.begin());
            }
            left[owner].erase(left[owner].begin());
        }
        std::int64_t count = 0;
        for (const auto &[owner, mine] : all)
            count += std::ssize(mine);
        QCOMPARE(items.count(), count);
        QCOMPARE(std::ssize(first), std::min<std::int64_t>(most, count));
    }
}

HOLDLINE_TEST(TestStoredItems)
#include "tst_storeditems.moc"
