// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/callbackstable.h"
#include "monitor/data/format.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"
#include "monitor/data/lanestable.h"
#include "tests/support/suite.h"
#include "tests/unit/monitor/tablefollower.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestRecordTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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

/// The signals must not cause more work in views than necessary.
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

    // Jobs change without changing their positions.
    update.jobs = {row(110), row(120)};
    update.jobs[0].attempts = update.jobs[1].attempts = 1;
    data.apply(update);
    data.flush();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed[0][0].toModelIndex().row(), 10);
    QCOMPARE(changed[0][1].toModelIndex().row(), 20);
    QCOMPARE(counts.count(), 0);
    // New jobs are added at one end, and old jobs are removed in two places.
    update.jobs = {row(300), row(301)};
    update.gone = {"100", "101", "150"};
    data.apply(update);
    data.flush();
    QCOMPARE(follower.insertions, 1);
    QCOMPARE(follower.removals, 2);
    QCOMPARE(follower.layouts, 0);
    QCOMPARE(counts.count(), 1);
    // Changes in many places cause one layout change, one insertion and one removal.
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
    // A change of a job that the filter hides causes no signal.
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
    QCOMPARE(changed.count(), 0);  // the view is stopped, so no age changes
    update.at += 1s;
    data.apply(update);
    table.setActive(false);
    table.tick();
    QCOMPARE(changed.count(), 0);
}

/// A job begins to match the filter because time passes.
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

/// "Filter by this cell" finds the cell's row for any content, and the negated filter does not.
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
