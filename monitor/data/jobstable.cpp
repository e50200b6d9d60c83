// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jobstable.h"

#include "monitor/data/jobcells.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::State, QT_TRANSLATE_NOOP("RecordTable", "State"),
     QT_TRANSLATE_NOOP("RecordTable", "Where the job stands"), true},
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job"), true},
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "Whose lane its start goes through"), true},
    {Field::Age, QT_TRANSLATE_NOOP("RecordTable", "Age"),
     QT_TRANSLATE_NOOP("RecordTable", "Time since its request came"), true},
    {Field::Deadline, QT_TRANSLATE_NOOP("RecordTable", "Deadline"),
     QT_TRANSLATE_NOOP("RecordTable", "How much of its time is used, and how much is left"), true},
    {Field::Phase, QT_TRANSLATE_NOOP("RecordTable", "Phase"),
     QT_TRANSLATE_NOOP("RecordTable", "Time in the state it is in"), true},
    {Field::Position, QT_TRANSLATE_NOOP("RecordTable", "Place"),
     QT_TRANSLATE_NOOP("RecordTable", "Its place in its account's queue"), true},
    {Field::Queue, QT_TRANSLATE_NOOP("RecordTable", "Queue"),
     QT_TRANSLATE_NOOP("RecordTable", "From its request to when its last start left"), true},
    {Field::Start, QT_TRANSLATE_NOOP("RecordTable", "Start"),
     QT_TRANSLATE_NOOP("RecordTable", "From when its start left to the start's answer"), true},
    {Field::Running, QT_TRANSLATE_NOOP("RecordTable", "Running"),
     QT_TRANSLATE_NOOP("RecordTable", "From the start's answer to its callback"), false},
    {Field::Attempts, QT_TRANSLATE_NOOP("RecordTable", "Attempts"),
     QT_TRANSLATE_NOOP("RecordTable", "Starts that were sent"), true},
    {Field::Handed, QT_TRANSLATE_NOOP("RecordTable", "Handed over"),
     QT_TRANSLATE_NOOP("RecordTable", "Its client was told to come back for the result"), true},
    {Field::Joined, QT_TRANSLATE_NOOP("RecordTable", "Joined"),
     QT_TRANSLATE_NOOP("RecordTable", "Requests that joined it by its Idempotency-Key"), true},
    {Field::Waiting, QT_TRANSLATE_NOOP("RecordTable", "Waiting"),
     QT_TRANSLATE_NOOP("RecordTable", "Clients that wait for its answer now"), false},
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
    // Finding the place is the only dear one.
    return jobCell(job(row), field, now, field == Field::Position ? live().queuePosition(job(row)) : 0);
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
    return job(row).created < range.to;
}

}  // namespace holdline::monitor
