// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/callbackstable.h"

namespace holdline::monitor {

namespace {

const Column kColumns[] = {
    {Field::At, QT_TRANSLATE_NOOP("RecordTable", "Received at"),
     QT_TRANSLATE_NOOP("RecordTable", "Time of day when the callback arrived"), true},
    {Field::Outcome, QT_TRANSLATE_NOOP("RecordTable", "Outcome"),
     QT_TRANSLATE_NOOP("RecordTable", "How Holdline judged the callback"), true},
    {Field::Job, QT_TRANSLATE_NOOP("RecordTable", "Job"),
     QT_TRANSLATE_NOOP("RecordTable", "Holdline's id of the job that the callback was for"), true},
    {Field::Upstream, QT_TRANSLATE_NOOP("RecordTable", "Upstream id"),
     QT_TRANSLATE_NOOP("RecordTable", "The upstream job id that the callback claimed"), true},
    {Field::Client, QT_TRANSLATE_NOOP("RecordTable", "From"),
     QT_TRANSLATE_NOOP("RecordTable", "Address of the callback's sender"), true},
    {Field::Bytes, QT_TRANSLATE_NOOP("RecordTable", "Bytes"),
     QT_TRANSLATE_NOOP("RecordTable", "Length of the callback's body"), true},
};

/// Returns a callback's number as text, padded with zeros so that ids sort like the numbers.
QByteArray idOf(std::uint64_t number)
{
    return QByteArray::number(qulonglong{number}).rightJustified(20, '0');
}

}  // namespace

CallbacksTable::CallbacksTable(const LiveData &data, QObject *parent) : RowsTable(data, kColumns, parent)
{
    begin(Field::At, Qt::DescendingOrder);
}

int CallbacksTable::totalCount() const
{
    return static_cast<int>(live().callbacks().size());
}

Cell CallbacksTable::cell(const void *row, Field field, WallTime) const
{
    const CallbackRow &it = typed(row);
    switch (field) {
        case Field::At:
            return Cell::of(it.at);
        case Field::Outcome:
            return Cell::of(name(it.outcome));
        case Field::Job:
            return Cell::of(it.job);
        case Field::Upstream:
            return Cell::of(it.upstreamId);
        case Field::Client:
            return Cell::of(it.client);
        case Field::Bytes:
            return Cell::of(it.bytes);
        default:
            return {};
    }
}

RecordTable::Record CallbacksTable::record(std::uint64_t number) const
{
    const auto index = static_cast<std::size_t>(number - live().callbacksBefore());
    return {idOf(number), std::make_shared<const CallbackRow>(live().callbacks()[index])};
}

std::vector<RecordTable::Record> CallbacksTable::all()
{
    std::vector<Record> records;
    m_first = live().callbacksBefore();
    m_end = m_first + live().callbacks().size();
    for (std::uint64_t number = m_first; number < m_end; ++number)
        records.push_back(record(number));
    return records;
}

/// Finds new and dropped callbacks by their numbers. Ignores the list in Changes, because all() may already
/// have read those callbacks.
RecordTable::Batch CallbacksTable::batchOf(const Changes &)
{
    Batch batch;
    const std::uint64_t first = live().callbacksBefore();
    const std::uint64_t end = first + live().callbacks().size();
    for (; m_first < std::min(first, m_end); ++m_first)
        batch.gone.push_back(idOf(m_first));
    for (m_end = std::max(first, m_end); m_end < end; ++m_end)
        batch.present.push_back(record(m_end));
    m_first = first;
    return batch;
}

bool CallbacksTable::isIn(const void *row, const TimeRange &range) const
{
    return range.contains(typed(row).at);
}

}  // namespace holdline::monitor
