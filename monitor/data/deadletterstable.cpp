// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/deadletterstable.h"

#include <QSet>

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::At, QT_TRANSLATE_NOOP("RecordTable", "Since"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day when the callback arrived or the job failed"), true},
    {Field::Kind, QT_TRANSLATE_NOOP("RecordTable", "Kind"),
     QT_TRANSLATE_NOOP("RecordTable", "A callback that Holdline refused, or a handed-over job that failed"),
     true},
    {Field::Reason, QT_TRANSLATE_NOOP("RecordTable", "Reason"),
     QT_TRANSLATE_NOOP("RecordTable", "Reason as logs and metrics name it"), true},
    {Field::Account, QT_TRANSLATE_NOOP("RecordTable", "Account"),
     QT_TRANSLATE_NOOP("RecordTable", "Account of the job, if known"), true},
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job, if known"), true},
    {Field::Detail, QT_TRANSLATE_NOOP("RecordTable", "Detail"),
     QT_TRANSLATE_NOOP("RecordTable", "Error text of the last start that failed"), true},
    {Field::Bytes, QT_TRANSLATE_NOOP("RecordTable", "Bytes"),
     QT_TRANSLATE_NOOP("RecordTable", "Length of the body that the dead letter contains"), true},
    {Field::Redriven, QT_TRANSLATE_NOOP("RecordTable", "Re-driven"),
     QT_TRANSLATE_NOOP("RecordTable", "Number of re-drives, all without success"), true},
    {Field::Client, QT_TRANSLATE_NOOP("RecordTable", "From"),
     QT_TRANSLATE_NOOP("RecordTable", "Address of the sender"), true},
};

}  // namespace

DeadLettersTable::DeadLettersTable(const LiveData &data, QObject *parent) : RowsTable(data, kColumns, parent)
{
    begin(Field::At, Qt::DescendingOrder);
}

int DeadLettersTable::totalCount() const
{
    return static_cast<int>(live().deadLetters().size());
}

Cell DeadLettersTable::cell(const void *row, Field field, WallTime) const
{
    const DeadLetterRow &it = typed(row);
    switch (field) {
        case Field::At:
            return Cell::of(it.at);
        case Field::Kind:
            return Cell::of(name(it.kind));
        case Field::Reason:
            return Cell::of(name(it.reason));
        case Field::Account:
            return Cell::of(it.account);
        case Field::Job:
            return Cell::of(it.job);
        case Field::Detail:
            return Cell::of(it.detail);
        case Field::Bytes:
            return Cell::of(it.bytes);
        case Field::Redriven:
            return it.redriven > 0 ? Cell::of(std::int64_t{it.redriven}) : Cell{};
        case Field::Client:
            return Cell::of(it.client);
        default:
            return {};
    }
}

std::vector<RecordTable::Record> DeadLettersTable::all()
{
    std::vector<Record> records;
    m_ids.clear();
    for (const DeadLetterPtr &row : live().deadLetters()) {
        m_ids.push_back(row->id);
        records.push_back({row->id, row});
    }
    return records;
}

RecordTable::Batch DeadLettersTable::batchOf(const Changes &changes)
{
    Batch batch;
    if (!changes.deadLetters)
        return batch;
    std::vector<QByteArray> before = std::exchange(m_ids, {});
    batch.present = all();
    const QSet<QByteArray> now(m_ids.begin(), m_ids.end());
    std::erase_if(before, [&now](const QByteArray &id) { return now.contains(id); });
    batch.gone = std::move(before);
    return batch;
}

bool DeadLettersTable::isIn(const void *row, const TimeRange &range) const
{
    return range.contains(typed(row).at);
}

}  // namespace holdline::monitor
