// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jobstable.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::State, QT_TRANSLATE_NOOP("RecordTable", "State"),
     QT_TRANSLATE_NOOP("RecordTable", "The job's present state"), true},
    jobColumn(Field::Job, true),
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "Account of the job; its starts go through this account's lane"), true},
    {Field::Age, QT_TRANSLATE_NOOP("RecordTable", "Age"),
     QT_TRANSLATE_NOOP("RecordTable", "Time since the request arrived"), true},
    {Field::Deadline, QT_TRANSLATE_NOOP("RecordTable", "Deadline"),
     QT_TRANSLATE_NOOP("RecordTable", "Share of the job's time that is used, and the time left"), true},
    {Field::Phase, QT_TRANSLATE_NOOP("RecordTable", "Phase"),
     QT_TRANSLATE_NOOP("RecordTable", "Time in the present state"), true},
    {Field::Position, QT_TRANSLATE_NOOP("RecordTable", "Position"),
     QT_TRANSLATE_NOOP("RecordTable", "Position in the account's queue"), true},
    jobColumn(Field::Queue, true),
    jobColumn(Field::Start, true),
    jobColumn(Field::Running, false),
    jobColumn(Field::Attempts, true),
    jobColumn(Field::Handed, true),
    jobColumn(Field::Joined, true),
    {Field::Waiting, QT_TRANSLATE_NOOP("RecordTable", "Waiting"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of clients that wait for the job's result now"), false},
    jobColumn(Field::Durable, false),
    jobColumn(Field::Recovered, false),
    jobColumn(Field::Upstream, false),
    jobColumn(Field::Client, false),
    jobColumn(Field::Request, false),
    jobColumn(Field::Started, false),
    jobColumn(Field::Detail, false),
};

}  // namespace

JobsTable::JobsTable(const LiveData &data, QObject *parent) : JobRowsTable(data, kColumns, parent)
{
    begin(Field::Age, Qt::DescendingOrder);
}

int JobsTable::totalCount() const
{
    return static_cast<int>(live().jobs().size());
}

Cell JobsTable::cell(const void *row, Field field, WallTime now) const
{
    // Only the queue position is expensive to compute.
    return jobCell(typed(row), field, now, field == Field::Position ? live().queuePosition(typed(row)) : 0);
}

std::vector<RecordTable::Record> JobsTable::all()
{
    std::vector<Record> records;
    records.reserve(static_cast<std::size_t>(live().jobs().size()));
    for (const JobPtr &row : live().jobs())
        records.push_back({row->id, row});
    return records;
}

RecordTable::Batch JobsTable::batchOf(const Changes &changes)
{
    Batch batch;
    for (const auto *rows : {&changes.added, &changes.changed}) {
        for (const JobPtr &row : *rows)
            batch.present.push_back({row->id, row});
    }
    batch.gone = changes.removed;
    return batch;
}

bool JobsTable::isIn(const void *row, const TimeRange &range) const
{
    return typed(row).created < range.to;
}

}  // namespace holdline::monitor
