// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/jobcells.h"
#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The columns that the tables of live and of ended jobs share. Each table decides which of these columns it
/// shows by default.
inline constexpr Column kJobColumns[] = {
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job"), false},
    {Field::Queue, QT_TRANSLATE_NOOP("RecordTable", "Queue"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from the request until the last start was sent"), false},
    {Field::Start, QT_TRANSLATE_NOOP("RecordTable", "Start"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from sending the start until its response"), false},
    {Field::Running, QT_TRANSLATE_NOOP("RecordTable", "Running"),
     QT_TRANSLATE_NOOP("RecordTable", "Time from the start's response until the callback"), false},
    {Field::Attempts, QT_TRANSLATE_NOOP("RecordTable", "Attempts"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that were sent"), false},
    {Field::Handed, QT_TRANSLATE_NOOP("RecordTable", "Handed over"),
     QT_TRANSLATE_NOOP("RecordTable", "The client got a 202 response and fetches the result later"), false},
    {Field::Joined, QT_TRANSLATE_NOOP("RecordTable", "Joined"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of later requests with the same Idempotency-Key"), false},
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

consteval Column jobColumn(Field field, bool isShown)
{
    for (Column column : kJobColumns) {
        if (column.field == field) {
            column.isShown = isShown;
            return column;
        }
    }
    throw "the tables do not share this column";
}

/// Base of the tables whose rows are JobRows: the live and the ended jobs.
class JobRowsTable : public RowsTable<JobRow>
{
    Q_OBJECT

protected:
    using RowsTable::RowsTable;

    std::optional<RowState> stateOf(const void *row) const override { return typed(row).state; }
    std::optional<double> progressOf(const void *row, WallTime now) const override
    {
        return jobProgress(typed(row), now);
    }
};

}  // namespace holdline::monitor
