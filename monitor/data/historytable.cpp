// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/historytable.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::Ended, QT_TRANSLATE_NOOP("RecordTable", "Ended at"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day when the job was settled"), true},
    {Field::Outcome, QT_TRANSLATE_NOOP("RecordTable", "Outcome"),
     QT_TRANSLATE_NOOP("RecordTable", "How the job ended, as logs and metrics name it"), true},
    {Field::Status, QT_TRANSLATE_NOOP("RecordTable", "Status"),
     QT_TRANSLATE_NOOP("RecordTable",
                       "HTTP status of the client's response. 499: the client had closed its connection."),
     true},
    jobColumn(Field::Job, true),
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "Account of the job; its starts went through this account's lane"),
     true},
    {Field::Total, QT_TRANSLATE_NOOP("RecordTable", "Total"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from the request until the job was settled"), true},
    jobColumn(Field::Queue, true),
    jobColumn(Field::Start, true),
    jobColumn(Field::Running, true),
    jobColumn(Field::Attempts, true),
    {Field::Deadline, QT_TRANSLATE_NOOP("RecordTable", "Deadline"),
     QT_TRANSLATE_NOOP("RecordTable", "Share of the job's time that was used, and the time left"), false},
    jobColumn(Field::Handed, true),
    jobColumn(Field::Joined, false),
    jobColumn(Field::Durable, false),
    jobColumn(Field::Recovered, false),
    jobColumn(Field::Upstream, false),
    jobColumn(Field::Client, false),
    jobColumn(Field::Request, false),
    jobColumn(Field::Started, false),
    jobColumn(Field::Detail, false),
};

}  // namespace

HistoryTable::HistoryTable(const LiveData &data, QObject *parent) : JobRowsTable(data, kColumns, parent)
{
    begin(Field::Ended, Qt::DescendingOrder);
}

int HistoryTable::totalCount() const
{
    return static_cast<int>(live().history().size());
}

Cell HistoryTable::cell(const void *row, Field field, WallTime now) const
{
    return jobCell(typed(row), field, now, 0);
}

std::vector<RecordTable::Record> HistoryTable::all()
{
    std::vector<Record> records;
    records.reserve(live().history().size());
    m_before = live().historyBefore();
    m_ids.clear();
    for (const JobPtr &row : live().history()) {
        m_ids.push_back(row->id);
        records.push_back({row->id, row});
    }
    return records;
}

/// Finds new and dropped jobs by their numbers. Ignores the list in Changes, because all() may already have
/// read those jobs.
RecordTable::Batch HistoryTable::batchOf(const Changes &)
{
    Batch batch;
    const std::uint64_t before = live().historyBefore();
    for (; m_before < before && !m_ids.empty(); ++m_before) {
        batch.gone.push_back(std::move(m_ids.front()));
        m_ids.pop_front();
    }
    m_before = before;
    const std::deque<JobPtr> &history = live().history();
    for (std::size_t i = m_ids.size(); i < history.size(); ++i) {
        m_ids.push_back(history[i]->id);
        batch.present.push_back({history[i]->id, history[i]});
    }
    return batch;
}

bool HistoryTable::isIn(const void *row, const TimeRange &range) const
{
    return range.contains(typed(row).ended());
}

}  // namespace holdline::monitor
