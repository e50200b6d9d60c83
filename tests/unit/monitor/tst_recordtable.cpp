// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/callbackstable.h"
#include "monitor/data/format.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"
#include "monitor/data/lanestable.h"
#include "tests/support/suite.h"
#include "tests/unit/monitor/updatestream.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <set>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// The text of a filter and its meaning, implemented a second time.
template <typename Row>
struct Case
{
    QString text;
    std::function<bool(const Row &)> holds;
};

bool has(const QByteArray &text, const char *word)
{
    return QString::fromUtf8(text).contains(QLatin1StringView(word), Qt::CaseInsensitive);
}

const std::vector<Case<JobRow>> kJobCases = {
    {u""_s, [](const JobRow &) { return true; }},
    {u"account:Account-3"_s, [](const JobRow &row) { return row.account == "account-3"; }},
    {u"account=account-3 -state:queued"_s,
     [](const JobRow &row) { return row.account == "account-3" && row.state != RowState::Queued; }},
    {u"queue>=500"_s, [](const JobRow &row) { return row.queue && *row.queue >= 500ms; }},
    {u"start<50ms|start"_s, {}},
    {u"state:retry|running"_s,
     [](const JobRow &row) { return row.state == RowState::Retrying || row.state == RowState::Running; }},
    {u"attempts>1"_s, [](const JobRow &row) { return row.attempts > 1; }},
    {u"request=\"\""_s, [](const JobRow &row) { return row.requestId.isEmpty(); }},
    {u"10.0.0.2:"_s, [](const JobRow &row) { return has(row.client, "10.0.0.2:"); }},
    {u"-up-"_s, [](const JobRow &row) { return !has(row.upstreamId, "up-"); }},
    {u"outcome:timeout total>1s"_s,
     [](const JobRow &row) { return row.outcome == Reason::CallbackTimeout && row.total > 1s; }},
};

/// The expected content of a table, computed from scratch.
struct Expected
{
    std::vector<QByteArray> ids;

    template <typename Row>
    void sortBy(std::vector<std::pair<QByteArray, Row>> rows, const RecordTable &table,
                const std::function<Cell(const Row &)> &key)
    {
        std::sort(rows.begin(), rows.end(), [&](const auto &a, const auto &b) {
            const Cell x = key(a.second), y = key(b.second);
            const auto rank = [](const Cell &cell) {
                return std::tuple(!cell.isNull, cell.isNull ? 0 : cell.number,
                                  cell.isNull ? QString() : QString::fromUtf8(cell.text).toLower(),
                                  cell.isNull ? QByteArray() : cell.text.toByteArray());
            };
            const auto left = std::tuple_cat(rank(x), std::tuple(a.first));
            const auto right = std::tuple_cat(rank(y), std::tuple(b.first));
            return table.sortOrder() == Qt::AscendingOrder ? left < right : right < left;
        });
        for (const auto &row : rows)
            ids.push_back(row.first);
    }
};

/// The sort keys, from the row alone.
Cell jobKey(const LiveData &data, const JobRow &row, Field field)
{
    const auto since = [](WallTime at) { return Cell::of(-std::int64_t{at.time_since_epoch().count()}); };
    switch (field) {
        case Field::State:
            return Cell::of(std::int64_t(row.state));
        case Field::Account:
            return Cell::of(row.account);
        case Field::Age:
            return since(row.created);
        case Field::Deadline:
            return Cell::of(std::int64_t{
                (row.state == RowState::Ended ? row.deadline - row.ended() : row.deadline.time_since_epoch())
                    .count()});
        case Field::Position: {
            const int place = data.queuePosition(row);
            return place == 0 ? Cell{} : Cell::of(std::int64_t{place});
        }
        case Field::Queue:
            return Cell::of(row.queue);
        case Field::Total:
            return Cell::of(row.total);
        case Field::Ended:
            return Cell::of(row.ended());
        case Field::Request:
            return Cell::of(row.requestId);
        default:
            qFatal("no such case");
    }
}

/// Follows a table by its signals alone, as a view does, and keeps persistent indexes of some rows.
class Follower : public QObject
{
public:
    explicit Follower(RecordTable &table) : m_table(table)
    {
        connect(&table, &QAbstractItemModel::modelReset, this, [this] { ++resets; });
        connect(&table, &QAbstractItemModel::layoutChanged, this, [this] {
            ++layouts;
            read();
        });
        connect(&table, &QAbstractItemModel::rowsInserted, this,
                [this](const QModelIndex &, int first, int last) {
                    ++insertions;
                    for (int row = first; row <= last; ++row)
                        m_ids.insert(m_ids.begin() + row, m_table.idAt(row));
                });
        connect(&table, &QAbstractItemModel::rowsRemoved, this,
                [this](const QModelIndex &, int first, int last) {
                    ++removals;
                    m_ids.erase(m_ids.begin() + first, m_ids.begin() + last + 1);
                });
        connect(&table, &QAbstractItemModel::rowsAboutToBeRemoved, this,
                [this](const QModelIndex &, int first, int last) {
                    for (int row = first; row <= last; ++row)
                        m_left.insert(m_table.idAt(row));
                });
        connect(&table, &QAbstractItemModel::dataChanged, this, [this] { ++changes; });
        read();
    }

    /// Keeps persistent indexes of some rows.
    void hold(UpdateStream &stream)
    {
        m_held.clear();
        m_left.clear();
        for (int i = 0; i < 10 && m_table.shownCount() > 0; ++i) {
            const int row = stream.pick(m_table.shownCount());
            m_held.emplace_back(m_table.idAt(row), m_table.index(row, stream.pick(m_table.columnCount())));
        }
    }

    void compare()
    {
        QCOMPARE(int(m_ids.size()), m_table.shownCount());
        for (std::size_t row = 0; row < m_ids.size(); ++row) {
            QCOMPARE(m_table.idAt(int(row)), m_ids[row]);
            QCOMPARE(m_table.rowOf(m_ids[row]), int(row));
        }
        for (const auto &[id, index] : m_held) {
            // The index of a removed row stays invalid, though the row may have returned.
            const int row = m_left.contains(id) ? -1 : m_table.rowOf(id);
            QCOMPARE(index.row(), row);
        }
        QCOMPARE(resets, 0);
    }

    int resets = 0;
    int layouts = 0;
    int insertions = 0;
    int removals = 0;
    int changes = 0;

private:
    void read()
    {
        m_ids.clear();
        for (int row = 0; row < m_table.rowCount(); ++row)
            m_ids.push_back(m_table.idAt(row));
    }

    RecordTable &m_table;
    std::vector<QByteArray> m_ids;
    std::vector<std::pair<QByteArray, QPersistentModelIndex>> m_held;
    std::set<QByteArray> m_left;
};

FilterQuery query(const RecordTable &table, const QString &text)
{
    const auto parsed = FilterQuery::parse(text, table.fields());
    if (const auto *error = std::get_if<FilterError>(&parsed))
        qFatal("%s", qPrintable(error->text));
    return std::get<FilterQuery>(parsed);
}

bool knows(const RecordTable &table, const QString &text)
{
    return std::holds_alternative<FilterQuery>(FilterQuery::parse(text, table.fields()));
}

void compareIds(const RecordTable &table, const std::vector<QByteArray> &expected)
{
    QCOMPARE(table.shownCount(), int(expected.size()));
    for (std::size_t row = 0; row < expected.size(); ++row)
        QCOMPARE(table.idAt(int(row)), expected[row]);
}

/// Two tables of jobs under one stream. Their filters, orders, ranges and states change as well.
class JobTables
{
public:
    JobTables(const LiveData &data, RecordTable &table, std::vector<Field> sorts)
        : m_data(data),
          m_table(table),
          m_tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest),
          follower(table),
          m_sorts(std::move(sorts))
    {
    }

    void change(UpdateStream &stream)
    {
        switch (stream.pick(8)) {
            case 0: {
                const auto &chosen = kJobCases[std::size_t(stream.pick(int(kJobCases.size())))];
                if (!chosen.holds || !knows(m_table, chosen.text))
                    break;
                m_case = &chosen;
                m_table.setFilter(query(m_table, chosen.text));
                break;
            }
            case 1:
                m_table.sort(m_table.columnOf(m_sorts[std::size_t(stream.pick(int(m_sorts.size())))]),
                             stream.pick(2) == 0 ? Qt::AscendingOrder : Qt::DescendingOrder);
                break;
            case 2:
                m_range = stream.pick(2) == 0
                              ? std::nullopt
                              : std::optional(TimeRange{stream.now() - 2s, stream.now() - 500ms});
                m_table.setTimeRange(m_range);
                break;
            case 3: {
                m_states.reset();
                if (stream.pick(2) == 0)
                    m_states = RowStates(unsigned(stream.pick(1 << kRowStateCount)));
                m_table.setStates(m_states);
                break;
            }
            case 4:
                m_table.setActive(!m_table.isActive());
                break;
            case 5:
                m_table.tick();
                break;
            default:
                follower.hold(stream);
        }
    }

    template <typename Rows>
    void compare(const Rows &all)
    {
        std::vector<std::pair<QByteArray, JobRow>> rows;
        for (const JobPtr &row : all) {
            const bool isEnded = row->state == RowState::Ended;
            const bool isIn =
                !m_range || (isEnded ? m_range->contains(row->ended()) : row->created < m_range->to);
            if (m_case->holds(*row) && isIn && (!m_states || m_states->test(std::size_t(row->state))))
                rows.emplace_back(row->id, *row);
        }
        QCOMPARE(m_table.totalCount(), int(all.size()));
        Expected expected;
        const Field field = m_table.columns()[std::size_t(m_table.sortColumn())].field;
        expected.sortBy<JobRow>(std::move(rows), m_table,
                                [&](const JobRow &row) { return jobKey(m_data, row, field); });
        compareIds(m_table, expected.ids);
        for (int row = 0; row < m_table.shownCount(); ++row) {
            const auto shared = m_table.index(row, 0).data(RecordTable::RowRole).value<JobPtr>();
            QVERIFY(shared && shared == m_data.find(shared->id));
        }
    }

private:
    const LiveData &m_data;
    RecordTable &m_table;
    QAbstractItemModelTester m_tester;

public:
    Follower follower;

private:
    std::vector<Field> m_sorts;
    const Case<JobRow> *m_case = &kJobCases[0];
    std::optional<TimeRange> m_range;
    std::optional<RowStates> m_states;
};

void seeds()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 12; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void load(LiveData &data, UpdateStream &stream)
{
    for (const Update &update : stream.snapshot(SnapshotReason::Attached))
        data.apply(update);
    data.flush();
}

/// One step of the stream. Sometimes it sends a snapshot or freezes the view.
void step(LiveData &data, UpdateStream &stream)
{
    const int what = stream.pick(25);
    if (what == 0) {
        for (const Update &update : stream.snapshot(SnapshotReason::Lagged))
            data.apply(update);
    } else if (what == 1) {
        data.setFrozen(!data.isFrozen());
    }
    data.apply(stream.delta(1 + stream.pick(40)));
    if (stream.pick(4) > 0)
        data.flush();
}

}  // namespace

class TestRecordTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jobs_data() { seeds(); }
    void jobs();
    void history_data() { seeds(); }
    void history();
    void lanes_data() { seeds(); }
    void lanes();
    void callbacks_data() { seeds(); }
    void callbacks();
    void historyWhoseEndFallsOff();
    void onlyWhatMustBeTold();
    void cells();
    void movingCells();
    void movingFilter();
    void nobodyLooks();
    void selectionOutlivesSnapshot();
    void everyColumn_data();
    void everyColumn();
};

void TestRecordTable::jobs()
{
    QFETCH(const unsigned, seed);
    UpdateStream stream(seed);
    LiveData data;
    JobsTable table(data);
    JobTables both(data, table,
                   {Field::Age, Field::State, Field::Account, Field::Deadline, Field::Position, Field::Queue,
                    Field::Request});
    load(data, stream);
    for (int i = 0; i < 120 && !QTest::currentTestFailed(); ++i) {
        step(data, stream);
        both.change(stream);
        both.follower.compare();
        if (!table.isActive() || stream.pick(3) > 0)
            continue;
        data.flush();
        table.tick();
        both.compare(data.jobs());
    }
    table.setActive(true);
    data.flush();
    table.tick();
    both.follower.compare();
    both.compare(data.jobs());
    QVERIFY(both.follower.layouts > 0 && both.follower.insertions > 0 && both.follower.removals > 0);
}

void TestRecordTable::history()
{
    QFETCH(const unsigned, seed);
    UpdateStream stream(seed);
    LiveData data;
    HistoryTable table(data);
    JobTables both(data, table,
                   {Field::Ended, Field::Account, Field::Total, Field::Request, Field::Deadline});
    load(data, stream);
    for (int i = 0; i < 120 && !QTest::currentTestFailed(); ++i) {
        step(data, stream);
        both.change(stream);
        both.follower.compare();
        if (!table.isActive() || stream.pick(3) > 0)
            continue;
        data.flush();
        both.compare(data.history());
    }
    table.setActive(true);
    data.flush();
    both.follower.compare();
    both.compare(data.history());
}

void TestRecordTable::lanes()
{
    QFETCH(const unsigned, seed);
    UpdateStream stream(seed);
    LiveData data;
    LanesTable table(data);
    QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Follower follower(table);
    load(data, stream);
    const Field sorts[] = {Field::Account, Field::State, Field::Queued, Field::Turn};
    bool isPausedOnly = false;
    for (int i = 0; i < 200 && !QTest::currentTestFailed(); ++i) {
        step(data, stream);
        const Field field = sorts[std::size_t(stream.pick(4))];
        if (stream.pick(10) == 0)
            table.sort(table.columnOf(field), Qt::SortOrder(stream.pick(2)));
        if (stream.pick(20) == 0) {
            isPausedOnly = !isPausedOnly;
            table.setFilter(query(table, isPausedOnly ? u"state=paused queued>3"_s : QString()));
        }
        follower.hold(stream);
        data.flush();
        follower.compare();
        std::vector<std::pair<QByteArray, LaneRow>> rows;
        for (const LaneRow &row : data.lanes()) {
            if (!isPausedOnly || (row.paused && row.queued > 3))
                rows.emplace_back(row.account, row);
        }
        Expected expected;
        const Field by = table.columns()[std::size_t(table.sortColumn())].field;
        expected.sortBy<LaneRow>(std::move(rows), table, [&](const LaneRow &row) {
            return by == Field::Account  ? Cell::of(row.account)
                   : by == Field::State  ? Cell::of(row.paused ? "paused"_L1 : "open"_L1)
                   : by == Field::Queued ? Cell::of(std::int64_t{row.queued})
                                         : Cell::of(row.turn);
        });
        compareIds(table, expected.ids);
        for (int row = 0; row < table.shownCount(); ++row)
            QVERIFY(*table.at(row) == data.lanes().value(table.idAt(row)));
    }
}

void TestRecordTable::callbacks()
{
    QFETCH(const unsigned, seed);
    UpdateStream stream(seed);
    LiveData data;
    CallbacksTable table(data);
    QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Follower follower(table);
    load(data, stream);
    bool isLateOnly = false;
    for (int i = 0; i < 150 && !QTest::currentTestFailed(); ++i) {
        step(data, stream);
        if (stream.pick(20) == 0) {
            isLateOnly = !isLateOnly;
            table.setFilter(query(table, isLateOnly ? u"outcome=late"_s : QString()));
        }
        if (stream.pick(10) == 0)
            table.setActive(!table.isActive());
        follower.hold(stream);
        data.flush();
        follower.compare();
        if (!table.isActive())
            continue;
        // The newest on top.
        std::vector<CallbackRow> rows(data.callbacks().rbegin(), data.callbacks().rend());
        std::erase_if(
            rows, [&](const CallbackRow &row) { return isLateOnly && row.outcome != CallbackOutcome::Late; });
        QCOMPARE(table.shownCount(), int(rows.size()));
        for (std::size_t row = 0; row < rows.size(); ++row)
            QVERIFY(*table.at(int(row)) == rows[row]);
    }
}

void TestRecordTable::historyWhoseEndFallsOff()
{
    LiveData data;
    HistoryTable table(data);
    Follower follower(table);
    int number = 0;
    const auto end = [&](int count) {
        Update update;
        update.at = WallTime(1s);
        for (int i = 0; i < count; ++i) {
            JobRow row;
            row.id = QByteArray::number(number++).rightJustified(8, '0');
            row.state = RowState::Ended;
            row.total = Microseconds(1000 * number);
            update.ended.push_back(row);
        }
        data.apply(update);
    };
    end(int(LiveState::kHistory) - 100);
    data.flush();
    end(300);
    table.setActive(false);  // makes the table read rows that were not reported yet
    table.setActive(true);
    table.setFilter(query(table, u"total>0"_s));
    data.flush();
    follower.compare();
    QCOMPARE(table.shownCount(), int(LiveState::kHistory));
    QCOMPARE(table.idAt(0), "00050199");
    QCOMPARE(table.idAt(table.shownCount() - 1), "00000200");
    QCOMPARE(follower.layouts, 0);
    end(int(LiveState::kHistory) + 10);
    data.flush();
    follower.compare();
    QCOMPARE(table.idAt(table.shownCount() - 1), data.history().front()->id);
}

/// The signals cause no more work in views than necessary.
void TestRecordTable::onlyWhatMustBeTold()
{
    LiveData data;
    JobsTable table(data);
    const auto row = [](int number) {
        JobRow job;
        job.id = QByteArray::number(number);
        job.created = WallTime(Milliseconds(number));
        return job;
    };
    Update update;
    for (int i = 100; i < 200; ++i)
        update.jobs.push_back(row(i));
    data.apply(update);
    data.flush();
    QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Follower follower(table);
    QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
    QSignalSpy counts(&table, &RecordTable::countsChanged);

    // Jobs change and keep their positions.
    update.jobs = {row(110), row(120)};
    update.jobs[0].attempts = update.jobs[1].attempts = 1;
    data.apply(update);
    data.flush();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed[0][0].toModelIndex().row(), 10);
    QCOMPARE(changed[0][1].toModelIndex().row(), 20);
    QCOMPARE(counts.count(), 0);
    // New jobs are added at one end, and old ones leave in two places.
    update.jobs = {row(300), row(301)};
    update.gone = {"100", "101", "150"};
    data.apply(update);
    data.flush();
    QCOMPARE(follower.insertions, 1);
    QCOMPARE(follower.removals, 2);
    QCOMPARE(follower.layouts, 0);
    QCOMPARE(counts.count(), 1);
    // Changes in many places: one layout change, one insertion, one removal.
    update.jobs.clear();
    update.gone.clear();
    for (int i = 102; i < 150; i += 4)
        update.gone.push_back(QByteArray::number(i));
    for (int i = 0; i < 10; ++i) {
        update.jobs.push_back(row(160 + i));
        update.jobs.back().id += "b";
    }
    data.apply(update);
    data.flush();
    QCOMPARE(follower.insertions, 2);
    QCOMPARE(follower.removals, 3);
    QCOMPARE(follower.layouts, 1);
    follower.compare();
    // A change outside the filter.
    table.setFilter(query(table, u"account:nobody"_s));
    follower.insertions = follower.removals = follower.layouts = follower.changes = 0;
    update.gone.clear();
    update.jobs = {row(400)};
    data.apply(update);
    data.flush();
    QCOMPARE(follower.insertions + follower.removals + follower.layouts + follower.changes, 0);
    QCOMPARE(table.shownCount(), 0);
    QCOMPARE(table.totalCount(), 98);
}

void TestRecordTable::cells()
{
    LiveData data;
    data.setStopped(true);
    Update update;
    update.at = WallTime(100s);
    JobRow row;
    row.id = "0123abcd";
    row.state = RowState::Running;
    row.account = "Bücher";
    row.created = WallTime(98s);
    row.deadline = WallTime(108s);
    row.queue = 6500us;
    row.start = 1493500us;
    row.attempts = 1;
    update.jobs = {row};
    data.apply(update);
    JobsTable table(data);
    const auto at = [&](Field field, int role = Qt::DisplayRole) {
        return table.index(0, table.columnOf(field)).data(role);
    };
    QCOMPARE(at(Field::State), u"running"_s);
    QCOMPARE(at(Field::Account), u"Bücher"_s);
    QCOMPARE(at(Field::Account, RecordTable::RawRole), QByteArray("Bücher"));
    QCOMPARE(at(Field::Account, RecordTable::IdRole), QByteArray("0123abcd"));
    QCOMPARE(at(Field::Account, RecordTable::StateRole), int(RowState::Running));
    QCOMPARE(at(Field::Age), formatDuration(2s));
    QCOMPARE(at(Field::Age, RecordTable::RawRole), qlonglong(2'000'000));
    QCOMPARE(at(Field::Deadline), formatDuration(8s));
    QCOMPARE(at(Field::Deadline, RecordTable::ProgressRole), 0.2);
    QCOMPARE(at(Field::Phase), formatDuration(500ms));
    QCOMPARE(at(Field::Queue), formatDuration(6500us));
    QCOMPARE(at(Field::Running), QString());
    QVERIFY(!at(Field::Running, RecordTable::RawRole).isValid());
    QCOMPARE(at(Field::Position), QString());
    QCOMPARE(at(Field::Queue, Qt::TextAlignmentRole).toInt(), int(Qt::AlignRight | Qt::AlignVCenter));
    QCOMPARE(at(Field::Job, Qt::TextAlignmentRole).toInt(), int(Qt::AlignLeft | Qt::AlignVCenter));
    QCOMPARE(table.at(0)->id, "0123abcd");
    QVERIFY(!table.at(1) && !table.at(-1));
    QVERIFY(!table.data(QModelIndex(), Qt::DisplayRole).isValid());
    for (const Column &column : table.columns()) {
        const int section = table.columnOf(column.field);
        QVERIFY(!table.headerData(section, Qt::Horizontal).toString().isEmpty());
        QVERIFY(!table.headerData(section, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }
    QCOMPARE(table.columnOf(Field::Redriven), -1);
}

void TestRecordTable::movingCells()
{
    LiveData data;
    JobsTable table(data);
    Update update;
    update.at = WallTime(100s);
    update.jobs = {JobRow{}};
    data.setStopped(true);
    data.apply(update);
    data.flush();
    QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
    table.tick();
    QVERIFY(changed.count() > 0);
    for (const auto &arguments : changed) {
        for (int column = arguments[0].toModelIndex().column();
             column <= arguments[1].toModelIndex().column(); ++column)
            QVERIFY(fieldInfo(table.columns()[std::size_t(column)].field).isVolatile);
    }
    changed.clear();
    table.tick();
    QCOMPARE(changed.count(), 0);  // the clock stands still
    update.at += 1s;
    data.apply(update);
    table.setActive(false);
    table.tick();
    QCOMPARE(changed.count(), 0);
}

/// A job begins to match because time passes.
void TestRecordTable::movingFilter()
{
    LiveData data;
    JobsTable table(data);
    data.setStopped(true);
    table.setFilter(query(table, u"age>=2s"_s));
    Update update;
    update.at = WallTime(100s);
    JobRow row;
    row.id = "a";
    row.created = WallTime(99s);
    update.jobs = {row};
    data.apply(update);
    data.flush();
    QCOMPARE(table.shownCount(), 0);
    update.at = WallTime(101s);
    update.jobs.clear();
    data.apply(update);
    table.tick();
    QCOMPARE(table.shownCount(), 1);
    QCOMPARE(table.totalCount(), 1);
}

void TestRecordTable::nobodyLooks()
{
    UpdateStream stream(3);
    LiveData data;
    JobsTable table(data);
    load(data, stream);
    table.setActive(false);
    Follower follower(table);
    for (int i = 0; i < 20; ++i) {
        data.apply(stream.delta(30));
        data.flush();
    }
    QCOMPARE(follower.insertions + follower.removals + follower.layouts + follower.changes, 0);
    table.setActive(true);
    QCOMPARE(table.shownCount(), int(stream.jobs.size()));
    follower.compare();
    QVERIFY(follower.insertions <= 4 && follower.layouts <= 1);
}

void TestRecordTable::selectionOutlivesSnapshot()
{
    UpdateStream stream(5);
    LiveData data;
    JobsTable table(data);
    load(data, stream);
    data.apply(stream.delta(200));
    data.flush();
    const QByteArray id = table.idAt(table.shownCount() / 2);
    const QPersistentModelIndex index = table.index(table.rowOf(id), 2);
    for (const Update &update : stream.snapshot(SnapshotReason::Asked, false))
        data.apply(update);
    data.flush();
    QVERIFY(index.isValid());
    QCOMPARE(table.idAt(index.row()), id);
    data.clear();
    QVERIFY(!index.isValid());
    QCOMPARE(table.rowCount(), 0);
}

void TestRecordTable::everyColumn_data()
{
    QTest::addColumn<int>("kind");
    const char *names[] = {"jobs", "history", "lanes", "callbacks"};
    for (int kind = 0; kind < 4; ++kind)
        QTest::newRow(names[kind]) << kind;
}

/// "Filter by this cell" finds the cell's row for any content, and its negation does not.
void TestRecordTable::everyColumn()
{
    QFETCH(const int, kind);
    UpdateStream stream(7);
    LiveData data;
    std::unique_ptr<RecordTable> table;
    if (kind == 0)
        table = std::make_unique<JobsTable>(data);
    else if (kind == 1)
        table = std::make_unique<HistoryTable>(data);
    else if (kind == 2)
        table = std::make_unique<LanesTable>(data);
    else
        table = std::make_unique<CallbacksTable>(data);
    data.setStopped(true);
    load(data, stream);
    for (int i = 0; i < 20; ++i)
        data.apply(stream.delta());
    data.flush();
    QVERIFY(table->shownCount() > 2);
    for (int column = 0; column < table->columnCount(); ++column) {
        table->sort(column, Qt::DescendingOrder);
        for (int row = 0; row < 3; ++row) {
            const QByteArray id = table->idAt(row);
            const Field field = table->columns()[std::size_t(column)].field;
            const QString term = FilterQuery::termFor(field, table->cellAt(row, column));
            const QString not_ = FilterQuery::termFor(field, table->cellAt(row, column), true);
            table->setFilter(query(*table, term));
            QVERIFY2(table->rowOf(id) >= 0, qPrintable(term));
            const int with = table->shownCount();
            table->setFilter(query(*table, not_));
            QVERIFY2(table->rowOf(id) < 0, qPrintable(not_));
            QCOMPARE(with + table->shownCount(), table->totalCount());
            table->setFilter({});
        }
    }
}

HOLDLINE_TEST(TestRecordTable)
#include "tst_recordtable.moc"
