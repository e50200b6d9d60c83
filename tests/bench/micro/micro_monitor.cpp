// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the monitor's cost of a batch of updates: decoding, its data, its tables.
#include "core/monitormessages/monitorcodec.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"
#include "tests/support/processstatus.h"
#include "tests/support/suite.h"

#include <QSortFilterProxyModel>
#include <QTest>

#include <algorithm>
#include <random>
#include <tuple>

using namespace holdline::monitor;
using holdline::WallTime;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// Builds with sanitizers only run the code and do not measure it.
constexpr bool kMeasured = !holdline::test::hasShadowMemory();
constexpr int kLive = kMeasured ? 10'000 : 500;
constexpr int kBatch = 500;  ///< number of events in 0.1 s at 5,000 events per second

/// A simulated service with many live jobs of equal duration.
class Stream
{
public:
    Stream()
    {
        Update update;
        update.kind = Update::Kind::Snapshot;
        update.part = 1;
        update.last = true;
        update.at = m_at;
        for (int i = 0; i < kLive; ++i)
            update.jobs.push_back(newJob());
        snapshot = update;
    }

    /// Returns a batch of updates: a third of the events are new jobs, a third progress, and a third ends.
    /// The ended jobs are at random positions.
    Update batch()
    {
        Update update;
        update.at = m_at += 100ms;
        for (int i = 0; i < kBatch / 3; ++i) {
            update.jobs.push_back(newJob());
            JobRow &row = m_jobs[m_random() % m_jobs.size()];
            row.state = row.state == RowState::Queued ? RowState::Starting : RowState::Running;
            row.queue = 1500us;
            row.attempts = 1;
            update.jobs.push_back(row);
            update.ended.push_back(take(m_random() % (m_jobs.size() - 1)));
            std::erase_if(update.jobs, [&](const JobRow &job) { return job.id == update.ended.back().id; });
        }
        return update;
    }

    /// Returns a batch of `count` ended jobs.
    Update endedOnly(int count)
    {
        Update update;
        update.at = m_at += 100ms;
        for (int i = 0; i < count; ++i) {
            JobRow row = newJob();
            m_jobs.pop_back();
            end(row);
            update.ended.push_back(row);
        }
        return update;
    }

    Update snapshot;

private:
    JobRow newJob()
    {
        JobRow row;
        row.id = QByteArray::number(qulonglong{++m_made * 0x9e3779b97f4a7c15}, 16).rightJustified(32, '0');
        row.account = "account-" + QByteArray::number(qulonglong{m_made % 200});
        row.created = m_at - Milliseconds(m_random() % 100);
        row.deadline = row.created + 30s;
        row.order = std::int64_t(m_made);
        row.client = "127.0.0.1:" + QByteArray::number(qulonglong{20'000 + m_made % 30'000});
        row.requestId = "request-" + QByteArray::number(qulonglong{m_made});
        m_jobs.push_back(row);
        return row;
    }

    void end(JobRow &row)
    {
        row.state = RowState::Ended;
        row.start = 8ms;
        row.job = Microseconds(1'000'000 + m_random() % 1'000'000);
        row.total = *row.job + 10ms;
        row.outcome = holdline::Reason::Completed;
        row.status = 200;
        row.upstreamId = "upstream-" + row.id;
    }

    JobRow take(std::size_t index)
    {
        std::swap(m_jobs[index], m_jobs.back());
        JobRow row = m_jobs.back();
        m_jobs.pop_back();
        end(row);
        return row;
    }

    std::mt19937 m_random{1};
    WallTime m_at{1'700'000'000s};
    std::uint64_t m_made = 0;
    std::vector<JobRow> m_jobs;
};

/// Number of batches that are made before the measurement.
constexpr int kPrepared = kMeasured ? 400 : 4;

FilterQuery query(const QString &text)
{
    return std::get<FilterQuery>(FilterQuery::parse(text));
}

/// The same table made from Qt's classes: a plain model in order of arrival, and a proxy that sorts and
/// filters. It is compared with JobsTable.
class PlainJobs : public QAbstractTableModel
{
public:
    explicit PlainJobs(const LiveData &data)
    {
        for (const JobPtr &job : data.jobs())
            insert(job);
        connect(&data, &LiveData::changed, this, &PlainJobs::take);
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_jobs.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : kColumns; }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role == Qt::DisplayRole ? QVariant(at(index.row()).id) : QVariant();
    }
    const JobRow &at(int row) const { return *m_jobs[static_cast<std::size_t>(row)]; }

    static constexpr int kColumns = 12;

private:
    void insert(const JobPtr &job)
    {
        m_rows.insert(job->id, static_cast<int>(m_jobs.size()));
        m_jobs.push_back(job);
    }
    void take(const Changes &changes)
    {
        // Removes single rows from the end, then corrects the other positions in one pass.
        std::vector<int> gone;
        for (const QByteArray &id : changes.removed) {
            if (const auto found = m_rows.find(id); found != m_rows.end())
                gone.push_back(*found);
        }
        std::sort(gone.rbegin(), gone.rend());
        for (const int row : gone) {
            beginRemoveRows({}, row, row);
            m_rows.remove(m_jobs[static_cast<std::size_t>(row)]->id);
            m_jobs.erase(m_jobs.begin() + row);
            endRemoveRows();
        }
        if (!gone.empty()) {
            for (std::size_t row = static_cast<std::size_t>(gone.back()); row < m_jobs.size(); ++row)
                m_rows[m_jobs[row]->id] = static_cast<int>(row);
        }
        for (const JobPtr &job : changes.changed) {
            if (const auto found = m_rows.find(job->id); found != m_rows.end()) {
                m_jobs[static_cast<std::size_t>(*found)] = job;
                Q_EMIT dataChanged(index(*found, 0), index(*found, kColumns - 1));
            }
        }
        if (!changes.added.empty()) {
            beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(changes.added.size()) - 1);
            for (const JobPtr &job : changes.added)
                insert(job);
            endInsertRows();
        }
    }

    std::vector<JobPtr> m_jobs;
    QHash<QByteArray, int> m_rows;
};

/// Compares rows, not variants, because that is the cheapest way for a proxy.
class JobsProxy : public QSortFilterProxyModel
{
public:
    JobsProxy(const PlainJobs &jobs, QByteArray key, bool filters)
        : m_jobs(jobs), m_key(std::move(key)), m_filters(filters)
    {
    }

protected:
    bool lessThan(const QModelIndex &a, const QModelIndex &b) const override
    {
        const JobRow &one = m_jobs.at(a.row());
        const JobRow &other = m_jobs.at(b.row());
        if (m_key == "account")
            return std::tie(one.account, one.id) < std::tie(other.account, other.id);
        if (m_key == "state")
            return std::tie(one.state, one.id) < std::tie(other.state, other.id);
        return std::tie(other.created, one.id) < std::tie(one.created, other.id);
    }
    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        return !m_filters ||
               (m_jobs.at(row).account.contains("account-1") && m_jobs.at(row).state != RowState::Running);
    }

private:
    const PlainJobs &m_jobs;
    const QByteArray m_key;
    const bool m_filters;
};

}  // namespace

class MicroMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decodeBatch();
    void storeBatch();
    void jobsBatch_data();
    void jobsBatch();
    void jobsBatchByProxy_data();
    void jobsBatchByProxy();
    void jobsTick();
    void historyBatch_data();
    void historyBatch();
    void historyFilter_data();
    void historyFilter();
};

void MicroMonitor::decodeBatch()
{
    Stream stream;
    const QByteArray line = encode(stream.batch());
    QBENCHMARK
    {
        const auto message = decode(line);
        QVERIFY(message.index() == 0);
    }
}

void MicroMonitor::storeBatch()
{
    Stream stream;
    LiveData data;
    data.apply(stream.snapshot);
    std::vector<Update> batches;
    for (int i = 0; i < kPrepared; ++i)
        batches.push_back(stream.batch());
    std::size_t next = 0;
    QBENCHMARK
    {
        data.apply(batches[next++ % batches.size()]);
        data.flush();
    }
}

void MicroMonitor::jobsBatch_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("filter");
    QTest::newRow("by age") << QByteArray("age") << QString();
    QTest::newRow("by account") << QByteArray("account") << QString();
    QTest::newRow("by state") << QByteArray("state") << QString();
    QTest::newRow("by place") << QByteArray("position") << QString();
    QTest::newRow("filtered") << QByteArray("age") << u"account-1 -state:running"_s;
}

/// Measures LiveData and the table together.
void MicroMonitor::jobsBatch()
{
    QFETCH(const QByteArray, key);
    QFETCH(const QString, filter);
    Stream stream;
    LiveData data;
    data.apply(stream.snapshot);
    JobsTable table(data);
    table.setFilter(query(filter));
    table.sort(table.columnOf(*fieldNamed(QString::fromLatin1(key))), Qt::DescendingOrder);
    std::vector<Update> batches;
    for (int i = 0; i < kPrepared; ++i)
        batches.push_back(stream.batch());
    std::size_t next = 0;
    QBENCHMARK
    {
        data.apply(batches[next++ % batches.size()]);
        data.flush();
    }
    QVERIFY(table.shownCount() > 0);
}

void MicroMonitor::jobsBatchByProxy_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<bool>("filters");
    QTest::newRow("by age") << QByteArray("age") << false;
    QTest::newRow("by account") << QByteArray("account") << false;
    QTest::newRow("by state") << QByteArray("state") << false;
    QTest::newRow("filtered") << QByteArray("age") << true;
}

/// Like jobsBatch(), with a QSortFilterProxyModel.
void MicroMonitor::jobsBatchByProxy()
{
    QFETCH(const QByteArray, key);
    QFETCH(const bool, filters);
    Stream stream;
    LiveData data;
    data.apply(stream.snapshot);
    data.flush();
    PlainJobs jobs(data);
    JobsProxy proxy(jobs, key, filters);
    proxy.setSourceModel(&jobs);
    proxy.sort(0, Qt::DescendingOrder);
    std::vector<Update> batches;
    for (int i = 0; i < kPrepared; ++i)
        batches.push_back(stream.batch());
    std::size_t next = 0;
    QBENCHMARK
    {
        data.apply(batches[next++ % batches.size()]);
        data.flush();
    }
    QVERIFY(proxy.rowCount() > 0);
}

void MicroMonitor::jobsTick()
{
    Stream stream;
    LiveData data;
    data.apply(stream.snapshot);
    JobsTable table(data);
    table.setFilter(query(u"age>10s"_s));
    QBENCHMARK
    {
        table.tick();
    }
}

void MicroMonitor::historyBatch_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("newest first") << QByteArray("ended");
    QTest::newRow("by account") << QByteArray("account");
    QTest::newRow("by total") << QByteArray("total");
}

/// Adds 500 ended jobs to a full history, so that 500 rows are removed.
void MicroMonitor::historyBatch()
{
    QFETCH(const QByteArray, key);
    Stream stream;
    LiveData data;
    HistoryTable table(data);
    table.sort(table.columnOf(*fieldNamed(QString::fromLatin1(key))), Qt::DescendingOrder);
    data.apply(stream.endedOnly(int(LiveState::kHistory)));
    data.flush();
    std::vector<Update> batches;
    for (int i = 0; i < kPrepared; ++i)
        batches.push_back(stream.endedOnly(kBatch));
    std::size_t next = 0;
    QBENCHMARK
    {
        data.apply(batches[next++ % batches.size()]);
        data.flush();
    }
    QCOMPARE(table.shownCount(), int(LiveState::kHistory));
}

void MicroMonitor::historyFilter_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("word") << u"nobody"_s;
    QTest::newRow("number") << u"77"_s;
    QTest::newRow("field") << u"account:account-17"_s;
    QTest::newRow("time") << u"total>2s"_s;
}

/// Sets and clears a filter over 50,000 rows.
void MicroMonitor::historyFilter()
{
    QFETCH(const QString, text);
    Stream stream;
    LiveData data;
    HistoryTable table(data);
    data.apply(stream.endedOnly(int(LiveState::kHistory)));
    data.flush();
    QBENCHMARK
    {
        table.setFilter(query(text));
        table.setFilter({});
    }
    QCOMPARE(table.shownCount(), int(LiveState::kHistory));
}

HOLDLINE_TEST(MicroMonitor)
#include "micro_monitor.moc"
