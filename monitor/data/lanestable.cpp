// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/lanestable.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

const Column kColumns[] = {
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "The account that this lane serves"), true},
    {Field::State, QT_TRANSLATE_NOOP("RecordTable", "State"),
     QT_TRANSLATE_NOOP("RecordTable", "open: the lane sends starts. paused: it sends none."), true},
    {Field::Queued, QT_TRANSLATE_NOOP("RecordTable", "Queued"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of jobs that wait for their start"), true},
    {Field::InFlight, QT_TRANSLATE_NOOP("RecordTable", "In flight"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that were sent and have no response yet"), true},
    {Field::StartsLimit, QT_TRANSLATE_NOOP("RecordTable", "At once"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that may be in flight (limits.starts)"), true},
    {Field::Jobs, QT_TRANSLATE_NOOP("RecordTable", "Running"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of jobs of a route that run or may run"), true},
    {Field::JobsLimit, QT_TRANSLATE_NOOP("RecordTable", "Limit"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of jobs that may run at once (limits.running)"), true},
    {Field::RateUsed, QT_TRANSLATE_NOOP("RecordTable", "Starts in time"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that left within the time of the rate"), true},
    {Field::RateLimit, QT_TRANSLATE_NOOP("RecordTable", "Rate"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of starts that may leave within that time (limits.rate)"),
     true},
    {Field::RateWindow, QT_TRANSLATE_NOOP("RecordTable", "Rate's time"),
     QT_TRANSLATE_NOOP("RecordTable", "The time of the rate (limits.rate)"), false},
    {Field::Turn, QT_TRANSLATE_NOOP("RecordTable", "Start time"),
     QT_TRANSLATE_NOOP("RecordTable", "Moving average of the time that one start takes"), true},
    {Field::Forecast, QT_TRANSLATE_NOOP("RecordTable", "Forecast"),
     QT_TRANSLATE_NOOP("RecordTable", "Estimated time that a new job would wait for its start"), true},
};

/// Returns a number cell, or a null cell for 0: the lane has no such limit, or belongs to no route.
Cell number(int value)
{
    return value > 0 ? Cell::of(std::int64_t{value}) : Cell{};
}

}  // namespace

LanesTable::LanesTable(const LiveData &data, QObject *parent) : RowsTable(data, kColumns, parent)
{
    begin(Field::Account, Qt::AscendingOrder);
}

int LanesTable::totalCount() const
{
    return static_cast<int>(live().lanes().size());
}

Cell LanesTable::cell(const void *row, Field field, WallTime) const
{
    const LaneRow &it = typed(row);
    switch (field) {
        case Field::Account:
            return Cell::of(it.account);
        case Field::State:
            return Cell::of(it.paused ? "paused"_L1 : "open"_L1);
        case Field::Queued:
            return Cell::of(std::int64_t{it.queued});
        case Field::InFlight:
            return Cell::of(std::int64_t{it.inFlight});
        case Field::StartsLimit:
            return number(it.startsLimit);
        case Field::Jobs:
            return it.runningLimit > 0 ? Cell::of(std::int64_t{it.running}) : number(it.running);
        case Field::JobsLimit:
            return number(it.runningLimit);
        case Field::RateUsed:
            return it.rateLimit > 0 ? Cell::of(std::int64_t{it.rateUsed}) : Cell{};
        case Field::RateLimit:
            return number(it.rateLimit);
        case Field::RateWindow:
            return Cell::of(it.rateWindow);
        case Field::Turn:
            return Cell::of(it.turn);
        case Field::Forecast:
            return Cell::of(it.forecast);
        default:
            return {};
    }
}

std::vector<RecordTable::Record> LanesTable::all()
{
    std::vector<Record> records;
    for (const LaneRow &row : live().lanes())
        records.push_back({row.account, std::make_shared<const LaneRow>(row)});
    return records;
}

RecordTable::Batch LanesTable::batchOf(const Changes &changes)
{
    Batch batch;
    for (const LaneRow &row : changes.lanes)
        batch.present.push_back({row.account, std::make_shared<const LaneRow>(row)});
    batch.gone = changes.lanesGone;
    return batch;
}

}  // namespace holdline::monitor
