// SPDX-License-Identifier: GPL-3.0-or-later
// A full store of every backend: one account with very many jobs must not push out what other accounts
// stored.
#include "tests/support/suite.h"
#include "tests/unit/store/backendworld.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestStoreShares : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addBackends(); }
    void aFloodOfResults();
    void aFloodOfBytes();
    void unfinishedJobsCountToo();
    void overAReopening();
    void aFloodOfDeadLetters_data();
    void aFloodOfDeadLetters();
};

namespace {

/// Writes the results of jobs of this account, from the oldest to the newest.
std::vector<JobRecord> fill(BackendWorld &world, const QByteArray &account, int jobs, int bytes)
{
    static int keys = 0;
    std::vector<JobRecord> results;
    for (int i = 0; i < jobs; ++i) {
        const JobRecord open = openJob(account, QByteArray::number(++keys));
        results.push_back(ended(open, QByteArray(bytes, 'x')));
        if (!world.write(PutJob{open}).isEmpty() || !world.write(PutJob{results.back()}).isEmpty())
            return {};
        world.clocks.pass(1ms);
    }
    return results;
}

int keysLeft(const BackendWorld &world, const std::vector<JobRecord> &results)
{
    return static_cast<int>(std::count_if(results.begin(), results.end(), [&](const JobRecord &one) {
        return world.reader->findByKey(one.account, one.key).value == one;
    }));
}

}  // namespace

void TestStoreShares::aFloodOfResults()
{
    Config::Store limits;
    limits.jobs = 100;
    BackendWorld world(limits);
    const auto mine = fill(world, "victim", 30, 10);
    const auto flood = fill(world, "flood", 300, 10);
    QCOMPARE(world.tidy(), 230);
    QCOMPARE(world.total.tooMany, 230);
    QCOMPARE(keysLeft(world, mine), 30);
    QCOMPARE(keysLeft(world, flood), 70);
    // The newest results stay.
    QCOMPARE(world.find(flood.back().id), flood.back());
    QCOMPARE(keysLeft(world, {flood.front()}), 0);
    // An account with more than its share loses results when other accounts need the space.
    const auto more = fill(world, "third", 40, 10);
    QCOMPARE(world.tidy(), 40);
    QCOMPARE(keysLeft(world, mine), 30);
    QCOMPARE(keysLeft(world, more), 35);
    QCOMPARE(keysLeft(world, flood), 35);
}

void TestStoreShares::aFloodOfBytes()
{
    Config::Store limits;
    limits.bytes = 4 * 1024 * 1024;
    BackendWorld world(limits);
    const auto mine = fill(world, "victim", 100, 1000);
    for (int i = 0; i < 100; ++i) {
        QCOMPARE(fill(world, "flood", 1, 100'000).size(), std::size_t(1));
        QVERIFY(world.tidy() >= 0);
    }
    QVERIFY(world.total.tooLarge > 0);
    QCOMPARE(keysLeft(world, mine), 100);
}

void TestStoreShares::unfinishedJobsCountToo()
{
    Config::Store limits;
    limits.bytes = 4 * 1024 * 1024;
    BackendWorld world(limits);
    const auto mine = fill(world, "victim", 10, 50'000);
    const auto others = fill(world, "other", 5, 50'000);
    // This account has few results, but its unfinished jobs use most of the store.
    const auto flood = fill(world, "flood", 3, 100'000);
    std::vector<JobRecord> open;
    while (world.total.expired == 0) {
        open.push_back(openJob("flood", {}));
        open.back().request->body = QByteArray(100'000, 'x');
        QCOMPARE(world.write(PutJob{open.back()}), QString());
        QVERIFY(world.tidy() >= 0);
    }
    QVERIFY(keysLeft(world, flood) < 3);
    QCOMPARE(keysLeft(world, others), 5);
    // When these jobs end, their requests no longer use space. Only their results do.
    for (const JobRecord &job : open)
        QCOMPARE(world.write(PutJob{ended(job, "x")}), QString());
    const int before = keysLeft(world, mine);
    QCOMPARE(world.tidy(), 0);
    QCOMPARE(keysLeft(world, mine), before);
}

/// After reopening, the store counts what each account stored. Removed jobs do not count any more.
void TestStoreShares::overAReopening()
{
    Config::Store limits;
    limits.jobs = 20;
    BackendWorld world(limits);
    const auto mine = fill(world, "victim", 10, 10);
    const auto flood = fill(world, "flood", 10, 10);
    const auto removed = fill(world, "third", 10, 10);
    for (const JobRecord &one : removed)
        QCOMPARE(world.write(RemoveJob{one.id}), QString());
    JobRecord late = flood[3];
    ++late.revision;
    late.answer->body = QByteArray(1000, 'y');
    QCOMPARE(world.write(PutJob{late}), QString());
    world.reader->close();
    world.backend->close();
    QCOMPARE(world.backend->open(), QString());
    QCOMPARE(world.tidy(), 0);
    fill(world, "flood", 5, 10);
    QCOMPARE(world.tidy(), 5);
    QCOMPARE(keysLeft(world, mine), 10);
    // A job keeps its age when its result is written again.
    QVERIFY(isTombstone(world.find(late.id), late));
}

void TestStoreShares::aFloodOfDeadLetters_data()
{
    QTest::addColumn<int>("letters");
    QTest::addColumn<qint64>("bytes");
    QTest::newRow("number") << 20 << qint64(1'000'000);
    QTest::newRow("bytes") << 1000 << qint64(20'000);
}

void TestStoreShares::aFloodOfDeadLetters()
{
    QFETCH(int, letters);
    QFETCH(qint64, bytes);
    Config::Store limits;
    limits.deadLetters = letters;
    limits.deadLetterBytes = bytes;
    BackendWorld world(limits);
    const auto add = [&world](const QByteArray &account) {
        DeadLetter letter = deadLetter(DeadLetter::Kind::Job, QByteArray(1000, 'x'));
        letter.account = account;
        return world.write(PutDeadLetter{letter}).isEmpty() ? letter.id : QByteArray();
    };
    const QByteArrayList mine{add("victim"), add("victim"), add("victim")};
    for (int i = 0; i < 50; ++i) {
        if (i == 25) {
            world.reader->close();
            world.backend->close();
            QCOMPARE(world.backend->open(), QString());
        }
        QVERIFY(!add("flood").isEmpty());
    }
    QCOMPARE(world.backend->size().deadLetters[static_cast<std::size_t>(DeadLetter::Kind::Job)], 10);
    for (const QByteArray &id : mine)
        QVERIFY(world.reader->findDeadLetter(id).value);
    // A dead letter that was redriven is written again, and counts once.
    DeadLetter again = *world.reader->findDeadLetter(mine.front()).value;
    again.redriven = 1;
    QCOMPARE(world.write(PutDeadLetter{again}), QString());
    QCOMPARE(world.backend->size().deadLetters[static_cast<std::size_t>(DeadLetter::Kind::Job)], 10);
    QCOMPARE(world.write(RemoveDeadLetter{mine.front()}), QString());
    QVERIFY(!add("flood").isEmpty());
    QCOMPARE(world.backend->size().deadLetters[static_cast<std::size_t>(DeadLetter::Kind::Job)], 10);
}

HOLDLINE_TEST(TestStoreShares)
#include "tst_storeshares.moc"
