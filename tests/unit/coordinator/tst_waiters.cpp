// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that wait for durable jobs, and those who watch them.
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/waiters.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using std::chrono::milliseconds;

namespace {

struct Waiting
{
    std::shared_ptr<ExchangeLog> log = std::make_shared<ExchangeLog>();
    FakeExchange *exchange = nullptr;
    WaiterId id = 0;
};

struct Room
{
    Waiting add(JobKey job, milliseconds patience = std::chrono::hours(1))
    {
        Waiting one;
        auto exchange = std::make_unique<FakeExchange>(one.log);
        one.exchange = exchange.get();
        Waiter waiter;
        waiter.job = job;
        waiter.exchange = std::move(exchange);
        one.id = waiters.add(std::move(waiter), Clock::now() + patience);
        return one;
    }

    std::vector<WaiterId> due;
    std::vector<JobKey> gone;
    Waiters waiters{{[this](WaiterId id) { due.push_back(id); },
                     [this](const Waiter &waiter) { gone.push_back(waiter.job); }}};
};

JobRecord recordAt(std::uint64_t revision)
{
    JobRecord record;
    record.revision = revision;
    return record;
}

}  // namespace

class TestWaiters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takenInTheirOrder()
    {
        Room room;
        const Waiting a = room.add(1);
        const Waiting b = room.add(2);
        const Waiting c = room.add(1);
        QCOMPARE(room.waiters.count(), 3);
        QCOMPARE(room.waiters.countOf(1), 2);
        QCOMPARE(room.waiters.of(1), (std::vector<WaiterId>{a.id, c.id}));
        {
            const std::vector<Waiter> taken = room.waiters.takeAll(1);
            QCOMPARE(taken.size(), std::size_t(2));
            QCOMPARE(taken.front().exchange.get(), a.exchange);
        }
        QVERIFY(a.log->destroyed && c.log->destroyed && !b.log->destroyed);
        QCOMPARE(room.waiters.countOf(1), 0);
        QVERIFY(!room.waiters.take(a.id));
        QCOMPARE(room.waiters.count(), 1);
    }

    void dueOnceAndThenStill()
    {
        Room room;
        const Waiting a = room.add(1, milliseconds(5));
        room.add(1);
        QTRY_COMPARE(room.due, std::vector<WaiterId>{a.id});
        QCOMPARE(room.waiters.count(), 2);
        QVERIFY(room.waiters.find(a.id));
        room.waiters.take(a.id);
        QCOMPARE(room.due.size(), std::size_t(1));
    }

    void goneIsNoWaiterAnyMore()
    {
        Room room;
        const Waiting a = room.add(7, milliseconds(5));
        a.exchange->leave();
        QCOMPARE(room.gone, std::vector<JobKey>{7});
        QCOMPARE(room.waiters.count(), 0);
        QTRY_VERIFY(a.log->destroyed);
        QTest::qWait(10);
        QVERIFY(room.due.empty());
    }

    void watchesAreToldOnce()
    {
        std::vector<JobKey> late;
        JobWatches watches([&](JobKey job, const JobWatches::Found &) { late.push_back(job); });
        std::vector<std::uint64_t> told;
        const auto tell = [&](const std::optional<JobRecord> &record) { told.push_back(record->revision); };
        const TimePoint hour = Clock::now() + std::chrono::hours(1);
        JobWatches::Found first = tell;
        JobWatches::Found second = tell;
        QVERIFY(watches.add(1, 3, hour, first));
        QVERIFY(watches.add(1, 5, hour, second));
        watches.changed(2, recordAt(9));
        watches.changed(1, recordAt(3));
        QVERIFY(told.empty());
        watches.changed(1, recordAt(4));
        QCOMPARE(told, (std::vector<std::uint64_t>{4}));
        QVERIFY(watches.isWatched(1));
        for (const auto &found : watches.takeAll(1))
            found(recordAt(6));
        QCOMPARE(told, (std::vector<std::uint64_t>{4, 6}));
        QVERIFY(!watches.isWatched(1));
        JobWatches::Found third = tell;
        QVERIFY(watches.add(8, 1, Clock::now() + milliseconds(2), third));
        QTRY_COMPARE(late, std::vector<JobKey>{8});
        QVERIFY(!watches.isWatched(8));
    }

    void thereIsALimitOnWatches()
    {
        JobWatches watches([](JobKey, const JobWatches::Found &) {});
        const TimePoint hour = Clock::now() + std::chrono::hours(1);
        for (std::size_t i = 0; i < JobWatches::kMost; ++i) {
            JobWatches::Found found = [](const std::optional<JobRecord> &) {};
            QVERIFY(watches.add(i, 1, hour, found));
        }
        JobWatches::Found found = [](const std::optional<JobRecord> &) {};
        QVERIFY(!watches.add(1, 1, hour, found));
        QVERIFY(found);
    }
};

HOLDLINE_TEST(TestWaiters)
#include "tst_waiters.moc"
