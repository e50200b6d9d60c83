// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that wait for jobs, and observers of jobs.
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/waiters.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using std::chrono::milliseconds;

namespace {

struct Waiting
{
    std::shared_ptr<ExchangeLog> log = std::make_shared<ExchangeLog>();
    FakeExchange *exchange = nullptr;
    WaiterId id;
};

struct Room
{
    explicit Room()
    {
        for (const JobKey key : {1U, 2U, 7U})
            jobs.add(key, nullptr);
    }

    Waiting add(JobKey job, std::optional<milliseconds> patience = std::chrono::hours(1))
    {
        Waiting one;
        auto exchange = std::make_unique<FakeExchange>(one.log);
        one.exchange = exchange.get();
        Waiter waiter;
        waiter.exchange = std::move(exchange);
        waiter.client = "127.0.0.1:1";
        one.id = waiters.add(*jobs.find(job), std::move(waiter),
                             patience ? std::optional(Clock::now() + *patience) : std::nullopt);
        return one;
    }
    std::vector<std::uint64_t> numbersOf(JobKey job)
    {
        std::vector<std::uint64_t> numbers;
        for (const Waiter &waiter : jobs.find(job)->waiters)
            numbers.push_back(waiter.number);
        return numbers;
    }

    std::vector<std::uint64_t> due;
    std::vector<JobKey> gone;
    LiveJobs jobs;
    Waiters waiters{jobs,
                    {[this](LiveJob &, Waiter &waiter) { due.push_back(waiter.number); },
                     [this](LiveJob &job, const Waiter &) { gone.push_back(job.key); }}};
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
        QCOMPARE(room.numbersOf(1), (std::vector<std::uint64_t>{a.id.number, c.id.number}));
        {
            const WaiterList taken = room.waiters.takeAll(*room.jobs.find(1));
            QCOMPARE(taken.size(), 2);
            QCOMPARE(taken.front().exchange.get(), a.exchange);
        }
        QVERIFY(a.log->destroyed && c.log->destroyed && !b.log->destroyed);
        QVERIFY(room.numbersOf(1).empty());
        QVERIFY(!room.waiters.take(*room.jobs.find(1), a.id.number));
        QCOMPARE(room.waiters.count(), 1);
    }

    void dueOnceAndThenStill()
    {
        Room room;
        const Waiting a = room.add(1, milliseconds(5));
        room.add(1);
        QTRY_COMPARE(room.due, std::vector<std::uint64_t>{a.id.number});
        QCOMPARE(room.waiters.count(), 2);
        QVERIFY(room.waiters.take(*room.jobs.find(1), a.id.number));
        QTest::qWait(10);
        QCOMPARE(room.due.size(), std::size_t(1));
    }

    void takenIsNotDueAnyMore()
    {
        Room room;
        const Waiting a = room.add(1, milliseconds(5));
        room.add(1, milliseconds(5));
        room.add(2, milliseconds(5));
        QVERIFY(room.waiters.take(*room.jobs.find(1), a.id.number));
        room.waiters.takeAll(*room.jobs.find(2));
        QTRY_COMPARE(room.due.size(), std::size_t(1));
        QTest::qWait(10);
        QCOMPARE(room.due.size(), std::size_t(1));
    }

    void withoutADeadlineItWaitsAsLongAsItsJob()
    {
        Room room;
        room.add(1, std::nullopt);
        QTest::qWait(10);
        QVERIFY(room.due.empty());
        QCOMPARE(room.waiters.takeAll(*room.jobs.find(1)).size(), 1);
        QCOMPARE(room.waiters.count(), 0);
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

    void whoLeavesAfterBeingTakenIsNotMissed()
    {
        Room room;
        const Waiting a = room.add(1);
        const auto taken = room.waiters.take(*room.jobs.find(1), a.id.number);
        a.exchange->leave();
        QVERIFY(room.gone.empty());
        QVERIFY(!a.log->destroyed);
    }

    void onlyTheDueAreTaken()
    {
        Room room;
        const Waiting a = room.add(1);
        const Waiting b = room.add(1);
        const Waiting c = room.add(1);
        LiveJob &job = *room.jobs.find(1);
        job.waiters[0].isDue = job.waiters[2].isDue = true;
        const std::vector<Waiter> due = room.waiters.takeDue(job);
        QCOMPARE(due.size(), std::size_t(2));
        QCOMPARE(due.front().number, a.id.number);
        QCOMPARE(due.back().number, c.id.number);
        QCOMPARE(room.numbersOf(1), std::vector<std::uint64_t>{b.id.number});
    }

    void anAnswerEndsTheRequest()
    {
        Room room;
        const Waiting a = room.add(1);
        QSignalSpy answered(&room.waiters, &Waiters::answered);
        Waiter waiter = *room.waiters.take(*room.jobs.find(1), a.id.number);
        room.waiters.answer(waiter, {202, {{"Holdline-Job", "j1"}}, "body", false}, Reason::HandedOver,
                            "acme");
        QCOMPARE(a.log->status(), 202);
        QCOMPARE(answered.size(), 1);
        const auto end = answered.front().front().value<RequestEnd>();
        QCOMPARE(end.reason, Reason::HandedOver);
        QCOMPARE(end.status, 202);
        QCOMPARE(end.job, "j1");
        QCOMPARE(end.account, "acme");
        QCOMPARE(end.client, "127.0.0.1:1");
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
