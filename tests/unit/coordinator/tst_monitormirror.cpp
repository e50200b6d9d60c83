// SPDX-License-Identifier: GPL-3.0-or-later
// Snapshots sent in parts while rows change, and changes split into frames.
#include "core/monitormessages/monitorcodec.h"
#include "service/holdline/monitorfeed/monitormirror.h"
#include "service/holdline/monitorfeed/updatesplitter.h"
#include "tests/support/suite.h"
#include "tests/support/watchedstate.h"

#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using Stage = SnapshotCursor::Stage;

namespace {

JobRow job(int number, const QByteArray &account = "a")
{
    JobRow row;
    row.id = QByteArray::number(number * 7919 % 100'003).rightJustified(8, '0');
    row.account = account;
    row.order = number;
    row.created = WallTime(Milliseconds(number));
    return row;
}

JobRow ended(JobRow row, int at)
{
    row.state = RowState::Ended;
    row.outcome = Reason::Completed;
    row.total = WallTime(Milliseconds(at)) - row.created;
    return row;
}

LaneRow lane(const QByteArray &account, int queued)
{
    LaneRow row;
    row.account = account;
    row.queued = queued;
    return row;
}

CallbackRow callback(int at)
{
    CallbackRow row;
    row.at = WallTime(Milliseconds(at));
    row.outcome = CallbackOutcome::Matched;
    return row;
}

/// An observer that applies the updates it receives.
struct Reader
{
    void begin(const MonitorMirror &mirror) { cursor = mirror.begin(); }
    void part(const MonitorMirror &mirror)
    {
        Update update;
        update.seq = ++seq;
        mirror.fill(cursor, update);
        largest = std::max(largest, update.jobs.size() + update.ended.size() + update.lanes.size() +
                                        update.callbacks.size());
        state.apply(update);
    }
    void deltas(const FeedBatch &batch)
    {
        if (cursor.stage == Stage::Past)
            return;
        for (Update &update : split(FeedBatch(batch), {})) {
            update.seq = ++seq;
            state.apply(update);
        }
    }

    SnapshotCursor cursor;
    std::uint64_t seq = 0;
    std::size_t largest = 0;
    WatchedState state;
};

}  // namespace

class TestMonitorMirror : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptySnapshotIsOnePart();
    void snapshotComesInParts();
    void pastIsLimitedAndInOrder();
    void findsLiveJobs();
    void changesWhileASnapshotIsMade_data();
    void changesWhileASnapshotIsMade();
    void endlessPastEnds();
    void splitsIntoFrames();
    void nothingIsNoFrame();
};

void TestMonitorMirror::emptySnapshotIsOnePart()
{
    const MonitorMirror mirror;
    Reader reader;
    reader.begin(mirror);
    reader.part(mirror);
    QCOMPARE(reader.cursor.stage, Stage::Complete);
    QVERIFY(reader.state.complete);
    QCOMPARE(reader.state.snapshots, 1);
}

void TestMonitorMirror::snapshotComesInParts()
{
    constexpr int kJobs = 3 * static_cast<int>(kMaxRowsPerUpdate);
    MonitorMirror mirror;
    FeedBatch batch;
    for (int i = 0; i < kJobs; ++i)
        batch.jobs.push_back(job(i));
    batch.lanes = {lane("a", 3), lane("b", 0)};
    mirror.apply(1, batch);

    Reader reader;
    reader.begin(mirror);
    for (int part = 1; part <= 4; ++part) {
        QVERIFY(!reader.state.complete);
        reader.part(mirror);
    }
    QVERIFY(reader.state.complete);
    QCOMPARE(reader.largest, kMaxRowsPerUpdate);
    QCOMPARE(reader.state.live.size(), batch.jobs.size());
    QCOMPARE(reader.state.lanes.size(), 2u);
    QVERIFY2(reader.state.problem.isEmpty(), qPrintable(reader.state.problem));
}

void TestMonitorMirror::pastIsLimitedAndInOrder()
{
    MonitorMirror mirror;
    // Two shards report their ended jobs one after the other.
    for (int shard = 0; shard < 2; ++shard) {
        FeedBatch batch;
        for (int i = 0; i < 800; ++i) {
            batch.ended.push_back(ended(job(2 * i + shard), 2 * i + shard));
            batch.callbacks.push_back(callback(2 * i + shard));
        }
        mirror.apply(shard, batch);
    }
    mirror.sortPast();
    Reader reader;
    reader.begin(mirror);
    while (reader.cursor.stage != Stage::Complete)
        reader.part(mirror);
    const auto &past = reader.state.ended;
    QCOMPARE(past.size(), static_cast<std::size_t>(MonitorFeed::kRecent));
    QVERIFY(std::is_sorted(past.begin(), past.end(),
                           [](const JobRow &a, const JobRow &b) { return a.ended() < b.ended(); }));
    QCOMPARE(reader.state.callbacks.size(), static_cast<std::size_t>(MonitorFeed::kRecent));
}

void TestMonitorMirror::findsLiveJobs()
{
    MonitorMirror mirror;
    FeedBatch batch;
    batch.jobs = {job(5), job(6)};
    mirror.apply(3, batch);
    const auto place = mirror.find(job(5).id);
    QVERIFY(place);
    QCOMPARE(place->shard, 3);
    QCOMPARE(place->key, 5u);
    batch = {};
    batch.ended = {ended(job(5), 9)};
    batch.gone = {job(6).id};
    mirror.apply(3, batch);
    QVERIFY(!mirror.find(job(5).id));
    QVERIFY(!mirror.find(job(6).id));
    QCOMPARE(mirror.liveJobs(), 0);
}

void TestMonitorMirror::changesWhileASnapshotIsMade_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 30; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// Whatever the order of parts and deltas, the observer's final state equals the mirror. No job ends twice,
/// and no ended job becomes live again.
void TestMonitorMirror::changesWhileASnapshotIsMade()
{
    QFETCH(const unsigned, seed);
    std::mt19937 random(seed);
    MonitorMirror mirror;
    Reader reader;
    Reader later;
    std::map<QByteArray, JobRow> live;
    std::map<QByteArray, LaneRow> lanes;
    int number = 0;
    int clock = 0;
    const auto change = [&](int steps) {
        FeedBatch batch;
        std::map<QByteArray, JobRow> changed;
        for (int i = 0; i < steps; ++i) {
            ++clock;
            if (random() % 3 != 0 || live.empty()) {
                const JobRow row = job(++number);
                live.emplace(row.id, row);
                changed.insert_or_assign(row.id, row);
            } else {
                auto it = live.lower_bound(job(static_cast<int>(random() % 100'000)).id);
                if (it == live.end())
                    it = live.begin();
                if (random() % 2 == 0) {
                    it->second.attempts = clock;
                    changed.insert_or_assign(it->first, it->second);
                } else {
                    batch.ended.push_back(ended(it->second, clock));
                    changed.erase(it->first);
                    live.erase(it);
                }
            }
            batch.callbacks.push_back(callback(clock));
        }
        for (const auto &[id, row] : changed)
            batch.jobs.push_back(row);
        const QByteArray account = QByteArray::number(random() % 300);
        if (lanes.contains(account)) {
            lanes.erase(account);
            batch.lanesGone.push_back(account);
        } else {
            lanes.emplace(account, lane(account, clock));
            batch.lanes.push_back(lane(account, clock));
        }
        mirror.apply(0, batch);
        reader.deltas(batch);
        if (later.seq > 0)
            later.deltas(batch);
    };
    reader.cursor.stage = Stage::Past;
    change(3000);
    reader.begin(mirror);
    for (int i = 0; i < 200; ++i) {
        if (random() % 2 == 0)
            change(static_cast<int>(random() % 60));
        if (reader.cursor.stage != Stage::Complete)
            reader.part(mirror);
        if (i == 20)
            later.begin(mirror);
        if (i >= 20 && i % 3 == 0 && later.cursor.stage != Stage::Complete)
            later.part(mirror);
    }
    for (const Reader *one : {&reader, &later}) {
        QVERIFY2(one->state.problem.isEmpty(), qPrintable(one->state.problem));
        QVERIFY(one->state.complete);
        QCOMPARE(one->cursor.stage, Stage::Complete);
        QVERIFY(one->state.live == live);
        QVERIFY(one->state.lanes == lanes);
    }
    // Both observers list the same jobs at the end of their lists of ended jobs.
    const std::size_t common = std::min(reader.state.ended.size(), later.state.ended.size());
    QVERIFY(common > 0);
    QVERIFY(std::equal(reader.state.ended.end() - static_cast<long>(common), reader.state.ended.end(),
                       later.state.ended.end() - static_cast<long>(common)));
}

/// More jobs end between two parts than one part can hold. The first stage of the snapshot must still finish.
void TestMonitorMirror::endlessPastEnds()
{
    MonitorMirror mirror;
    Reader reader;
    int number = 0;
    const auto endSome = [&] {
        FeedBatch batch;
        for (std::size_t i = 0; i < 2 * kMaxRowsPerUpdate; ++i) {
            ++number;
            batch.ended.push_back(ended(job(number), number));
        }
        mirror.apply(0, batch);
    };
    endSome();
    reader.begin(mirror);
    int parts = 0;
    while (reader.cursor.stage == Stage::Past) {
        reader.part(mirror);
        endSome();
        QVERIFY(++parts < 20);
    }
    QVERIFY(reader.state.endedOmitted > 0);
    QVERIFY2(reader.state.problem.isEmpty(), qPrintable(reader.state.problem));
}

void TestMonitorMirror::splitsIntoFrames()
{
    FeedBatch batch;
    for (int i = 0; i < 300; ++i)
        batch.jobs.push_back(job(i));
    for (int i = 300; i < 700; ++i)
        batch.ended.push_back(ended(job(i), i));
    batch.gone = {"x"};
    batch.lanes = {lane("a", 1)};
    batch.lanesGone = {"b"};
    batch.callbacks = {callback(1)};
    batch.endedOmitted = 5;
    batch.callbacksOmitted = 6;
    Update first;
    first.sample.emplace();
    const std::vector<Update> updates = split(FeedBatch(batch), std::move(first));
    QCOMPARE(updates.size(), 3u);
    QVERIFY(updates[0].sample);
    QVERIFY(!updates[1].sample);
    FeedBatch together;
    std::uint64_t endedOmitted = 0;
    for (const Update &update : updates) {
        QVERIFY(update.jobs.size() + update.ended.size() + update.gone.size() + update.lanes.size() +
                    update.lanesGone.size() + update.callbacks.size() <=
                kMaxRowsPerUpdate);
        together.jobs.insert(together.jobs.end(), update.jobs.begin(), update.jobs.end());
        together.ended.insert(together.ended.end(), update.ended.begin(), update.ended.end());
        endedOmitted += update.endedOmitted;
    }
    QVERIFY(together.jobs == batch.jobs);
    QVERIFY(together.ended == batch.ended);
    QCOMPARE(endedOmitted, 5u);
    QCOMPARE(updates.back().callbacks.size(), 1u);
    QCOMPARE(updates.back().lanesGone.size(), 1u);
}

void TestMonitorMirror::nothingIsNoFrame()
{
    QVERIFY(split({}, {}).empty());
    FeedBatch counted;
    counted.callbacksOmitted = 1;
    QCOMPARE(split(std::move(counted), {}).size(), 1u);
}

HOLDLINE_TEST(TestMonitorMirror)
#include "tst_monitormirror.moc"
