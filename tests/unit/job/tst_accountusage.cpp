// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/accountusage.h"
#include "core/job/share.h"

#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace holdline;

/// Tests how much of a shared limit each account may use.
class TestAccountUsage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aShareLeavesRoomForTheNext();
    void theWholeIsNoShare();
    void seatsCountOnce();
    void storedBytesCountApart();
    void bytesCountInTheWhole();
    void aMovedSeatCountsOn();
};

void TestAccountUsage::aShareLeavesRoomForTheNext()
{
    for (const int share : {1, 20, 50, 80, 99}) {
        for (const int limit : {1, 2, 10, 100, 1000}) {
            // Each account takes as much as it is allowed to, one account after the other.
            int total = 0;
            std::vector<int> used;
            for (int account = 0; account < 5; ++account) {
                int mine = 0;
                while (total < limit && isWithinShare(mine, total, limit, share)) {
                    ++mine;
                    ++total;
                }
                used.push_back(mine);
                // Rounding up allows at most one place more than the share.
                QVERIFY(mine * 100 <= (limit - (total - mine)) * share + 100);
            }
            QVERIFY(used.front() > 0);
            QVERIFY(std::is_sorted(used.rbegin(), used.rend()));
            if (limit >= 1000)
                QVERIFY2(used[1] > 0, qPrintable(QString::number(share)));
        }
    }
    // Two accounts that take places alternately get the same number.
    int a = 0;
    int b = 0;
    for (bool taken = true; taken;) {
        taken = false;
        for (int *one : {&a, &b}) {
            if (isWithinShare(*one, a + b, 1000, 80)) {
                ++*one;
                taken = true;
            }
        }
    }
    QVERIFY(std::abs(a - b) <= 1);
    QVERIFY(a + b < 900 && a + b > 850);
}

void TestAccountUsage::theWholeIsNoShare()
{
    QVERIFY(isWithinShare(99, 99, 100, 100));
    QVERIFY(isWithinShare(1'000'000, 2'000'000, 0, 80));
    QVERIFY(isWithinShare(100, 100, 100, 80));
    QVERIFY(isWithinShare(100, 200, 100, 80));
    QVERIFY(!isWithinShare(99, 99, 100, 80));
    // Products of large numbers must not overflow.
    QVERIFY(!isWithinShare(INT64_MAX / 2, INT64_MAX / 2, INT64_MAX, 40));
}

void TestAccountUsage::seatsCountOnce()
{
    ByteBudget all;
    ByteBudget stored;
    AccountUsage usage(all, stored);
    {
        AccountUsage::Seat first = usage.enter("a");
        AccountUsage::Seat second = usage.enter("a");
        AccountUsage::Seat other = usage.enter("b");
        QCOMPARE(usage.accounts(), 2);
        first.countRequest();
        first.countRequest();
        second.countRequest();
        second.countDurable();
        QCOMPARE(first.use(), second.use());
        QCOMPARE(first.use()->requests(), 2);
        QCOMPARE(first.use()->durable(), 1);
        QCOMPARE(other.use()->requests(), 0);
        first = {};
        QCOMPARE(second.use()->requests(), 1);
        AccountUsage::Seat third = second.another();
        second = {};
        QCOMPARE(third.use()->requests(), 0);
        QCOMPARE(third.use()->durable(), 0);
        QCOMPARE(usage.accounts(), 2);
    }
    QCOMPARE(usage.accounts(), 0);
    AccountUsage::Seat none;
    none.countRequest();
    none.countDurable();
    none.setBytes(1);
    QVERIFY(!none.use());
    QVERIFY(!none.another().use());
    none.chargeStored(1);
}

void TestAccountUsage::storedBytesCountApart()
{
    ByteBudget memory;
    ByteBudget stored(100);
    AccountUsage usage(memory, stored);
    AccountUsage::Seat a = usage.enter("a");
    AccountUsage::Seat b = usage.enter("b");
    ByteCharge first = a.chargeStored(60);
    ByteCharge second = a.chargeStored(10);
    const ByteCharge other = b.chargeStored(20);
    QCOMPARE(a.use()->stored(), 70);
    QCOMPARE(b.use()->stored(), 20);
    QCOMPARE(stored.used(), 90);
    QVERIFY(!stored.fits(11));
    QCOMPARE(memory.used(), 0);
    QCOMPARE(a.use()->bytes(), 0);
    first = {};
    QCOMPARE(a.use()->stored(), 10);
    second = {};
    QCOMPARE(stored.used(), 20);
}

void TestAccountUsage::bytesCountInTheWhole()
{
    ByteBudget all(100);
    ByteBudget stored;
    AccountUsage usage(all, stored);
    AccountUsage::Seat a = usage.enter("a");
    AccountUsage::Seat b = usage.enter("b");
    a.setBytes(60);
    b.setBytes(30);
    QCOMPARE(all.used(), 90);
    QCOMPARE(a.use()->bytes(), 60);
    QVERIFY(all.fits(10));
    QVERIFY(!all.fits(11));
    a.setBytes(10);
    QCOMPARE(all.used(), 40);
    b = {};
    QCOMPARE(all.used(), 10);
    ByteCharge direct(all);
    direct.set(95);
    QCOMPARE(all.used(), 105);
    QVERIFY(!all.fits(0));
    all.setLimit(0);
    QVERIFY(all.fits(1'000'000));
    direct = {};
    a = {};
    QCOMPARE(all.used(), 0);
}

void TestAccountUsage::aMovedSeatCountsOn()
{
    ByteBudget all;
    ByteBudget stored;
    AccountUsage usage(all, stored);
    AccountUsage::Seat seat = usage.enter("a");
    seat.countRequest();
    seat.setBytes(7);
    std::vector<AccountUsage::Seat> seats;
    seats.push_back(std::move(seat));
    for (int i = 0; i < 20; ++i)
        seats.push_back(usage.enter("b"));
    QCOMPARE(seats.front().use()->requests(), 1);
    QCOMPARE(all.used(), 7);
    // The vector's last seat moves to the first place. Its account and counts move with it.
    seats.back().countRequest();
    seats.back().countDurable();
    seats.back().setBytes(5);
    seats.front() = std::move(seats.back());
    seats.pop_back();
    QCOMPARE(all.used(), 5);
    QCOMPARE(seats.front().use()->requests(), 1);
    QCOMPARE(seats.front().use()->durable(), 1);
    QCOMPARE(seats.back().use(), seats.front().use());
    seats.front() = {};
    QCOMPARE(all.used(), 0);
    QCOMPARE(seats.back().use()->requests(), 0);
    QCOMPARE(seats.back().use()->durable(), 0);
    QCOMPARE(usage.accounts(), 1);
    seats.clear();
    QCOMPARE(usage.accounts(), 0);
}

HOLDLINE_TEST(TestAccountUsage)
#include "tst_accountusage.moc"
