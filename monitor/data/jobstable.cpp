// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jobstable.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::State, QT_TRANSLATE_NOOP("RecordTable", "State"),
     QT_TRANSLATE_NOOP("RecordTable", "The job's present state"), true},
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job"), true},
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
    {Field::Queue, QT_TRANSLATE_NOOP("RecordTable", "Queue"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from the request until the last start was sent"), true},
    {Field::Start, QT_TRANSLATE_NOOP("RecordTable", "Start"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from sending the start until its response"), true},
    {Field::Running, QT_TRANSLATE_NOOP("RecordTable", "Running"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from the start's response until the callback"), false},
    {Field::Attempts, QT_TRANSLATE_NOOP("RecordTable", "Attempts"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that were sent"), true},
    {Field::Handed, QT_TRANSLATE_NOOP("RecordTable", "Handed over"),
     QT_TRANSLATE_NOOP("RecordTable", "The client got a 202 response and fetches the result later"), true},
    {Field::Joined, QT_TRANSLATE_NOOP("RecordTable", "Joined"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of later requests with the same Idempotency-Key"), true},
    {Field::Waiting, QT_TRANSLATE_NOOP("RecordTable", "Waiting"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of clients that wait for the job's result now"), false},
    {Field::Durable, QT_TRANSLATE_NOOP("RecordTable", "Durable"),
     QT_TRANSLATE_NOOP("RecordTable",
                       "The job is in the store. It has an Idempotency-Key or was handed over."),
     false},
    {Field::Recovered, QT_TRANSLATE_NOOP("RecordTable", "Recovered"),
     QT_TRANSLATE_NOOP("RecordTable", "The service read the job from the store when it started"), false},
    {Field::Upstream, QT_TRANSLATE_NOOP("RecordTable", "Upstream id"),
     QT_TRANSLATE_NOOP("RecordTable", "The upstream's id of the job"), false},
    {Field::Client, QT_TRANSLATE_NOOP("RecordTable", "Client"),
     QT_TRANSLATE_NOOP("RecordTable", "Address of the client"), false},
    {Field::Request, QT_TRANSLATE_NOOP("RecordTable", "Request id"),
     QT_TRANSLATE_NOOP("RecordTable", "X-Request-Id of the request"), false},
    {Field::Started, QT_TRANSLATE_NOOP("RecordTable", "Requested at"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day when the request arrived"), false},
    {Field::Detail, QT_TRANSLATE_NOOP("RecordTable", "Detail"),
     QT_TRANSLATE_NOOP("RecordTable", "Error text of the last start that failed"), false},
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
