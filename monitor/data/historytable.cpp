// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/historytable.h"

#include "monitor/data/jobcells.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::Ended, QT_TRANSLATE_NOOP("RecordTable", "Ended at"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day it was settled"), true},
    {Field::Outcome, QT_TRANSLATE_NOOP("RecordTable", "Outcome"),
     QT_TRANSLATE_NOOP("RecordTable", "How it ended, in the word of logs and metrics"), true},
    {Field::Status, QT_TRANSLATE_NOOP("RecordTable", "Status"),
     QT_TRANSLATE_NOOP("RecordTable", "HTTP status of the client's answer; 499 when it had left"), true},
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job"), true},
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "Whose lane its start went through"), true},
    {Field::Total, QT_TRANSLATE_NOOP("RecordTable", "Total"),
     QT_TRANSLATE_NOOP("RecordTable", "From its request until it was settled"), true},
    {Field::Queue, QT_TRANSLATE_NOOP("RecordTable", "Queue"),
     QT_TRANSLATE_NOOP("RecordTable", "From its request to when its last start left"), true},
    {Field::Start, QT_TRANSLATE_NOOP("RecordTable", "Start"),
     QT_TRANSLATE_NOOP("RecordTable", "From when its start left to the start's answer"), true},
    {Field::Running, QT_TRANSLATE_NOOP("RecordTable", "Running"),
     QT_TRANSLATE_NOOP("RecordTable", "From the start's answer to its callback"), true},
    {Field::Attempts, QT_TRANSLATE_NOOP("RecordTable", "Attempts"),
     QT_TRANSLATE_NOOP("RecordTable", "Starts that were sent"), true},
    {Field::Deadline, QT_TRANSLATE_NOOP("RecordTable", "Deadline"),
     QT_TRANSLATE_NOOP("RecordTable", "How much of its time was used, and how much was left"), false},
    {Field::Handed, QT_TRANSLATE_NOOP("RecordTable", "Handed over"),
     QT_TRANSLATE_NOOP("RecordTable", "Its client was told to come back for the result"), true},
    {Field::Joined, QT_TRANSLATE_NOOP("RecordTable", "Joined"),
     QT_TRANSLATE_NOOP("RecordTable", "Requests that joined it by its Idempotency-Key"), false},
    {Field::Durable, QT_TRANSLATE_NOOP("RecordTable", "Promised"),
     QT_TRANSLATE_NOOP("RecordTable", "It has an Idempotency-Key or was handed over: it is stored"), false},
    {Field::Recovered, QT_TRANSLATE_NOOP("RecordTable", "Recovered"),
     QT_TRANSLATE_NOOP("RecordTable", "It was read from the store when the service started"), false},
    {Field::Upstream, QT_TRANSLATE_NOOP("RecordTable", "Upstream id"),
     QT_TRANSLATE_NOOP("RecordTable", "The upstream's id of the job"), false},
    {Field::Client, QT_TRANSLATE_NOOP("RecordTable", "Client"),
     QT_TRANSLATE_NOOP("RecordTable", "Who asked for it"), false},
    {Field::Request, QT_TRANSLATE_NOOP("RecordTable", "Request id"),
     QT_TRANSLATE_NOOP("RecordTable", "X-Request-Id of its request"), false},
    {Field::Started, QT_TRANSLATE_NOOP("RecordTable", "Asked at"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day its request came"), false},
    {Field::Detail, QT_TRANSLATE_NOOP("RecordTable", "Detail"),
     QT_TRANSLATE_NOOP("RecordTable", "What the last start that failed said"), false},
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
    return jobCell(job(row), field, now, 0);
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

/// By numbers and not by what the changes list: all() may have read ahead of them.
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
    return range.contains(job(row).ended());
}

}  // namespace holdline::monitor
