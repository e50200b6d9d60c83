// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"
#include "tests/support/suite.h"
#include "tests/unit/monitor/updatestream.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <map>
#include <set>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;

namespace {

/// A view that uses only the signals of LiveData.
class Mirror : public QObject
{
public:
    explicit Mirror(const LiveData &data) : m_data(data)
    {
        connect(&data, &LiveData::reset, this, &Mirror::readAll);
        connect(&data, &LiveData::changed, this, &Mirror::take);
        readAll();
    }

    void compare() const
    {
        QCOMPARE(jobs.size(), std::size_t(m_data.jobs().size()));
        for (const auto &[id, row] : jobs)
            QVERIFY(*m_data.jobs().value(id) == *row);
        QVERIFY(std::equal(history.begin(), history.end(), m_data.history().begin(), m_data.history().end()));
        QCOMPARE(lanes.size(), std::size_t(m_data.lanes().size()));
        for (const auto &[account, row] : lanes)
            QVERIFY(m_data.lanes().value(account) == row);
        QVERIFY(callbacks == m_data.callbacks());
    }

    int resets = 0;

private:
    void readAll()
    {
        ++resets;
        jobs.clear();
        for (const JobPtr &row : m_data.jobs())
            jobs[row->id] = row;
        history = m_data.history();
        lanes.clear();
        for (const LaneRow &row : m_data.lanes())
            lanes[row.account] = row;
        callbacks = m_data.callbacks();
    }

    void take(const Changes &changes)
    {
        QVERIFY(!changes.isEmpty());
        std::set<QByteArray> told;
        for (const JobPtr &row : changes.added) {
            QVERIFY(told.insert(row->id).second);
            QVERIFY(jobs.emplace(row->id, row).second);
        }
        for (const JobPtr &row : changes.changed) {
            QVERIFY(told.insert(row->id).second);
            QVERIFY(jobs.contains(row->id));
            jobs[row->id] = row;
        }
        for (const QByteArray &id : changes.removed) {
            QVERIFY(told.insert(id).second);
            QCOMPARE(jobs.erase(id), std::size_t(1));
        }
        QVERIFY(changes.historyDropped <= history.size());
        history.erase(history.begin(), history.begin() + std::ptrdiff_t(changes.historyDropped));
        history.insert(history.end(), changes.ended.begin(), changes.ended.end());
        for (const LaneRow &row : changes.lanes)
            lanes[row.account] = row;
        for (const QByteArray &account : changes.lanesGone)
            lanes.erase(account);
        QVERIFY(changes.callbacksDropped <= callbacks.size());
        callbacks.erase(callbacks.begin(), callbacks.begin() + std::ptrdiff_t(changes.callbacksDropped));
        callbacks.insert(callbacks.end(), changes.callbacks.begin(), changes.callbacks.end());
    }

    const LiveData &m_data;
    std::map<QByteArray, JobPtr> jobs;
    std::deque<JobPtr> history;
    std::map<QByteArray, LaneRow> lanes;
    std::deque<CallbackRow> callbacks;
};

/// Everything that LiveData reports must equal the state of the stream.
void compareWithTruth(const LiveData &data, const UpdateStream &stream)
{
    QCOMPARE(std::size_t(data.jobs().size()), stream.jobs.size());
    std::array<int, kRowStateCount> counts{};
    const JobRow *oldest = nullptr;
    for (const auto &[id, row] : stream.jobs) {
        QVERIFY(data.jobs().contains(id));
        QVERIFY(*data.jobs().value(id) == row);
        QCOMPARE(data.find(id), data.jobs().value(id));
        ++counts[std::size_t(row.state)];
        if (!oldest || row.created < oldest->created)
            oldest = &row;
        int position = row.state == RowState::Queued ? 1 : 0;
        for (const auto &[otherId, other] : stream.jobs) {
            const bool isBefore =
                other.state == RowState::Queued && other.account == row.account && other.order < row.order;
            position += position > 0 && isBefore ? 1 : 0;
        }
        QCOMPARE(data.queuePosition(row), position);
    }
    if (oldest)
        QCOMPARE(data.oldest()->created, oldest->created);
    else
        QVERIFY(!data.oldest());
    QCOMPARE(data.history().size(), stream.history.size());
    counts[std::size_t(RowState::Ended)] = int(stream.history.size());
    for (std::size_t i = 0; i < stream.history.size(); ++i) {
        QVERIFY(*data.history()[i] == stream.history[i]);
        QCOMPARE(data.find(stream.history[i].id), data.history()[i]);
    }
    for (int i = 0; i < kRowStateCount; ++i)
        QCOMPARE(data.count(RowState(i)), counts[std::size_t(i)]);
    QCOMPARE(std::size_t(data.lanes().size()), stream.lanes.size());
    for (const auto &[account, lane] : stream.lanes)
        QVERIFY(data.lanes().value(account) == lane);
    QCOMPARE(data.callbacks().size(), stream.callbacks.size());
    QVERIFY(std::equal(data.callbacks().begin(), data.callbacks().end(), stream.callbacks.begin(),
                       stream.callbacks.end()));
    QCOMPARE(data.omitted(), stream.omitted);
}

Update snapshotOf(std::vector<JobRow> rows, WallTime at = WallTime(1000ms))
{
    Update update;
    update.kind = Update::Kind::Snapshot;
    update.part = 1;
    update.last = true;
    update.at = at;
    update.jobs = std::move(rows);
    return update;
}

JobRow job(const QByteArray &id)
{
    JobRow row;
    row.id = id;
    return row;
}

Update deltaAt(WallTime at)
{
    Update update;
    update.at = at;
    return update;
}

}  // namespace

class TestLiveData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void randomStreams_data();
    void randomStreams();
    void historyIsBounded();
    void callbacksAreBounded();
    void whatCameAndWentIsNotTold();
    void sameRowIsNoChange();
    void tellsInTime();
    void snapshotIsPutTogetherAside();
    void pastStaysThroughSnapshots();
    void setBack();
    void frozen();
    void clearThaws();
    void clock();
    void timeSelection();
};

void TestLiveData::randomStreams_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestLiveData::randomStreams()
{
    QFETCH(const unsigned, seed);
    UpdateStream stream(seed);
    LiveData data;
    Mirror mirror(data);
    for (const Update &update : stream.snapshot(SnapshotReason::Attached))
        data.apply(update);
    for (int i = 0; i < 150; ++i) {
        const int what = stream.pick(30);
        if (what == 0) {
            for (const Update &update : stream.snapshot(SnapshotReason::Lagged)) {
                data.apply(update);
                if (stream.pick(2) == 0)
                    data.flush();
                if (!data.isFrozen() && stream.pick(2) == 0) {
                    data.flush();
                    mirror.compare();
                }
            }
        } else if (what < 3) {
            data.setFrozen(!data.isFrozen());
        } else {
            data.apply(stream.delta());
        }
        if (stream.pick(3) == 0)
            data.flush();
        if (data.isFrozen() || stream.pick(3) == 0) {
            data.flush();
            mirror.compare();
        }
        if (!data.isFrozen() && stream.pick(5) == 0)
            compareWithTruth(data, stream);
        if (QTest::currentTestFailed())
            return;
    }
    data.setFrozen(false);
    data.flush();
    mirror.compare();
    compareWithTruth(data, stream);
}

void TestLiveData::historyIsBounded()
{
    LiveData data;
    Mirror mirror(data);
    int number = 0;
    const auto end = [&](int count) {
        Update update = deltaAt(WallTime(1000ms));
        for (int i = 0; i < count; ++i) {
            update.ended.push_back(job(QByteArray::number(number++)));
            update.ended.back().state = RowState::Ended;
        }
        data.apply(update);
    };
    end(100);
    data.flush();
    end(int(LiveState::kHistory) - 50);  // removes 50 reported rows
    data.flush();
    mirror.compare();
    QCOMPARE(data.history().size(), LiveState::kHistory);
    QCOMPARE(data.history().front()->id, "50");
    QCOMPARE(data.historyBefore(), std::uint64_t(50));
    QCOMPARE(data.count(RowState::Ended), int(LiveState::kHistory));
    QVERIFY(!data.find("49"));
    QVERIFY(data.find("50"));
    end(int(LiveState::kHistory) + 500);  // removes all reported rows, and some rows that were never reported
    data.flush();
    mirror.compare();
    QCOMPARE(data.history().back()->id, QByteArray::number(number - 1));
    QCOMPARE(data.history().size(), LiveState::kHistory);
}

void TestLiveData::callbacksAreBounded()
{
    LiveData data;
    Mirror mirror(data);
    Update update = deltaAt(WallTime(1000ms));
    for (std::size_t i = 0; i < LiveState::kCallbacks + 7; ++i)
        update.callbacks.push_back({WallTime(Milliseconds(i)), CallbackOutcome::Matched, {}, {}, {}, 0});
    data.apply(update);
    data.flush();
    mirror.compare();
    QCOMPARE(data.callbacksBefore(), std::uint64_t(7));
    data.apply(update);
    data.flush();
    mirror.compare();
    QCOMPARE(data.callbacks().size(), LiveState::kCallbacks);
    const std::uint64_t all = 2 * update.callbacks.size();
    QCOMPARE(data.callbacksBefore() + data.callbacks().size(), all);
    data.clear();
    QCOMPARE(data.callbacksBefore(), all);
    data.apply(update);
    QCOMPARE(data.callbacksBefore() + data.callbacks().size(), all + update.callbacks.size());
}

void TestLiveData::whatCameAndWentIsNotTold()
{
    LiveData data;
    data.apply(snapshotOf({}));
    data.flush();
    QSignalSpy changed(&data, &LiveData::changed);
    Update update = deltaAt(WallTime(2000ms));
    update.jobs = {job("a")};
    data.apply(update);
    update.jobs.clear();
    update.gone = {"a"};
    data.apply(update);
    data.flush();
    QCOMPARE(changed.count(), 0);
}

void TestLiveData::sameRowIsNoChange()
{
    LiveData data;
    data.apply(snapshotOf({job("a")}));
    data.flush();
    const JobPtr before = data.find("a");
    QSignalSpy changed(&data, &LiveData::changed);
    Update update = deltaAt(WallTime(2000ms));
    update.jobs = {job("a")};
    data.apply(update);
    data.flush();
    QCOMPARE(changed.count(), 0);
    QCOMPARE(data.find("a"), before);
}

void TestLiveData::tellsInTime()
{
    LiveData data;
    QSignalSpy reset(&data, &LiveData::reset);
    QSignalSpy changed(&data, &LiveData::changed);
    data.apply(snapshotOf({job("a")}));
    QCOMPARE(reset.count(), 0);
    QTRY_COMPARE(reset.count(), 1);
    QElapsedTimer clock;
    clock.start();
    int updates = 0;
    while (changed.count() < 5) {
        Update update = deltaAt(WallTime(2000ms));
        update.jobs = {job(QByteArray::number(++updates))};
        data.apply(update);
        QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    }
    // Five updates have four pauses of 100 ms between them. Timers are exact to one twentieth.
    QVERIFY(clock.elapsed() >= 360);
    QVERIFY(updates > 5);
}

void TestLiveData::snapshotIsPutTogetherAside()
{
    LiveData data;
    data.apply(snapshotOf({job("a"), job("b")}));
    data.flush();
    QSignalSpy reset(&data, &LiveData::reset);
    Update part = snapshotOf({job("b")});
    part.last = false;
    data.apply(part);
    Update delta = deltaAt(WallTime(3000ms));
    delta.jobs = {job("c")};
    data.apply(delta);
    data.flush();
    QCOMPARE(reset.count(), 0);
    QVERIFY2(data.find("a"), "what was known stays until the snapshot is complete");
    QVERIFY2(data.find("c"), "and goes on");
    part.part = 2;
    part.last = true;
    part.jobs = {job("d")};
    data.apply(part);
    data.flush();
    QCOMPARE(reset.count(), 1);
    QVERIFY(!data.find("a"));
    QCOMPARE(data.jobs().size(), 3);
    // Another snapshot begins before the previous one is complete.
    part.part = 1;
    part.last = false;
    data.apply(part);
    data.apply(snapshotOf({job("z")}));
    data.flush();
    QCOMPARE(data.jobs().size(), 1);
}

/// A snapshot contains only the last thousand ended jobs, so earlier ones are kept.
void TestLiveData::pastStaysThroughSnapshots()
{
    LiveData data;
    const auto endedAt = [](const QByteArray &id, int second) {
        JobRow row = job(id);
        row.state = RowState::Ended;
        row.created = WallTime(std::chrono::seconds(second));
        row.total = 0ms;
        return row;
    };
    const auto callbackAt = [](int second) {
        return CallbackRow{WallTime(std::chrono::seconds(second)), CallbackOutcome::Late, {}, {}, {}, second};
    };
    const auto idsOf = [&] {
        QByteArrayList ids;
        for (const JobPtr &row : data.history())
            ids.append(row->id);
        return ids.join(' ');
    };
    const auto callbacksOf = [&] {
        QByteArrayList times;
        for (const CallbackRow &row : data.callbacks())
            times.append(QByteArray::number(qint64{row.bytes}));
        return times.join(' ');
    };
    Update update = snapshotOf({}, WallTime(10s));
    update.ended = {endedAt("a", 1), endedAt("b", 2), endedAt("c", 3)};
    update.callbacks = {callbackAt(1), callbackAt(2), callbackAt(3)};
    data.apply(update);
    update.at = WallTime(20s);
    update.ended = {endedAt("c", 3), endedAt("d", 12)};
    update.callbacks = {callbackAt(3), callbackAt(12)};
    data.apply(update);
    QCOMPARE(idsOf(), "a b c d");
    QCOMPARE(callbacksOf(), "1 2 3 12");
    QCOMPARE(data.callbacksBefore() + data.historyBefore(), std::uint64_t(0));
    // Some rows before these ones were missed.
    update.at = WallTime(30s);
    update.ended = {endedAt("f", 25)};
    update.callbacks = {callbackAt(25)};
    data.apply(update);
    QCOMPARE(idsOf(), "a b c d f");
    QCOMPARE(callbacksOf(), "1 2 3 12 25");
    QCOMPARE(data.count(RowState::Ended), 5);
    // The service's clock is set back. Rows with later times are dropped, and the remaining rows are
    // renumbered.
    update.at = WallTime(13s);
    update.ended = {endedAt("d", 12)};
    update.callbacks = {callbackAt(12)};
    data.apply(update);
    QCOMPARE(idsOf(), "a b c d");
    QCOMPARE(callbacksOf(), "1 2 3 12");
    QVERIFY(!data.find("f"));
    QCOMPARE(data.count(RowState::Ended), 4);
    QCOMPARE(data.callbacksBefore(), std::uint64_t(5));
    QCOMPARE(data.historyBefore(), std::uint64_t(5));
}

void TestLiveData::setBack()
{
    LiveData data;
    Update update = snapshotOf({job("a")}, WallTime(10s));
    const auto sampleAt = [](WallTime at) {
        Sample sample;
        sample.at = at;
        return sample;
    };
    update.sample = sampleAt(WallTime(10s));
    data.apply(update);
    for (int second = 11; second <= 20; ++second) {
        Update delta = deltaAt(WallTime(std::chrono::seconds(second)));
        delta.sample = sampleAt(delta.at);
        data.apply(delta);
    }
    QCOMPARE(data.samples().samples().size(), std::size_t(11));
    data.apply(snapshotOf({job("b")}, WallTime(15s)));
    QCOMPARE(data.samples().samples().size(), std::size_t(6));
    data.setStopped(true);
    QVERIFY(data.now() < WallTime(20s));
}

void TestLiveData::frozen()
{
    LiveData data;
    data.apply(snapshotOf({job("a")}));
    data.flush();
    QSignalSpy reset(&data, &LiveData::reset);
    QSignalSpy changed(&data, &LiveData::changed);
    QSignalSpy frozen(&data, &LiveData::frozenChanged);
    data.setFrozen(true);
    data.setFrozen(true);
    QCOMPARE(frozen.count(), 1);
    const WallTime at = data.now();
    Update update = deltaAt(WallTime(50s));
    update.jobs = {job("b"), job("c")};
    update.gone = {"a"};
    data.apply(update);
    data.flush();
    QCOMPARE(data.hiddenChanges(), std::uint64_t(3));
    QVERIFY(data.find("a") && !data.find("b"));
    QCOMPARE(data.count(RowState::Queued), 1);
    QVERIFY(data.now() == at);
    data.setFrozen(false);
    QCOMPARE(frozen.count(), 2);
    QCOMPARE(reset.count(), 1);
    QCOMPARE(changed.count(), 0);
    QVERIFY(!data.find("a") && data.find("b"));
    QVERIFY(data.now() >= WallTime(50s));
    data.setFrozen(true);
    QCOMPARE(data.hiddenChanges(), std::uint64_t(0));
}

void TestLiveData::clearThaws()
{
    LiveData data;
    data.apply(snapshotOf({job("a")}));
    data.setFrozen(true);
    QSignalSpy reset(&data, &LiveData::reset);
    data.clear();
    QVERIFY(!data.isFrozen());
    QCOMPARE(reset.count(), 1);
    QVERIFY(data.jobs().isEmpty() && !data.oldest());
    QVERIFY(data.now() == WallTime{});
}

void TestLiveData::clock()
{
    LiveData data;
    QVERIFY(data.now() == WallTime{});
    data.apply(deltaAt(WallTime(100s)));
    QVERIFY(data.now() >= WallTime(100s));
    QTRY_VERIFY(data.now() > WallTime(100s));
    data.setStopped(true);
    const WallTime at = data.now();
    QElapsedTimer waited;
    waited.start();
    QTRY_VERIFY(waited.elapsed() > 20);
    QVERIFY(data.now() == at);
    data.setStopped(false);
    QTRY_VERIFY(data.now() > at);
}

void TestLiveData::timeSelection()
{
    TimeSelection selection;
    QSignalSpy changed(&selection, &TimeSelection::changed);
    const TimeRange range{WallTime(1s), WallTime(2s)};
    selection.setRange(range);
    selection.setRange(range);
    QCOMPARE(changed.count(), 1);
    selection.setRange(TimeRange{WallTime(2s), WallTime(1s)});
    QVERIFY(!selection.range());
    selection.clear();
    QCOMPARE(changed.count(), 2);
}

HOLDLINE_TEST(TestLiveData)
#include "tst_livedata.moc"
