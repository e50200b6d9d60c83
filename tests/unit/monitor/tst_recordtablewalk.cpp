// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/callbackstable.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"
#include "monitor/data/lanestable.h"
#include "tests/support/suite.h"
#include "tests/unit/monitor/tablefollower.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// The text of a filter, and a second implementation of its meaning.
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

/// The expected content of a table, computed from all rows.
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

/// Returns the sort key of a row, computed from the row alone.
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

/// Two tables of jobs that follow one stream. The test also changes their filters, orders, ranges and states.
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

/// Performs one step of the stream. Some steps send a snapshot or stop the view.
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

/// Random streams of updates. After each step, the table is compared with one that is computed from all rows.
class TestRecordTableWalk : public QObject
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
};

void TestRecordTableWalk::jobs()
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

void TestRecordTableWalk::history()
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

void TestRecordTableWalk::lanes()
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

void TestRecordTableWalk::callbacks()
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
        // The newest callback is on top.
        std::vector<CallbackRow> rows(data.callbacks().rbegin(), data.callbacks().rend());
        std::erase_if(
            rows, [&](const CallbackRow &row) { return isLateOnly && row.outcome != CallbackOutcome::Late; });
        QCOMPARE(table.shownCount(), int(rows.size()));
        for (std::size_t row = 0; row < rows.size(); ++row)
            QVERIFY(*table.at(int(row)) == rows[row]);
    }
}

HOLDLINE_TEST(TestRecordTableWalk)
#include "tst_recordtablewalk.moc"
