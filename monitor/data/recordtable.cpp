// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/recordtable.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace holdline::monitor {

namespace {

int alignment(const Column &column)
{
    return static_cast<int>(Qt::AlignVCenter) |
           static_cast<int>(column.isNumeric() ? Qt::AlignRight : Qt::AlignLeft);
}

}  // namespace

/// Lets the filter read the cells of one row.
class RecordTable::Reader : public FieldReader
{
public:
    Reader(const RecordTable &table, const void *row, WallTime now) : m_table(table), m_row(row), m_now(now)
    {
    }

    Cell read(Field field) const override { return m_table.cell(m_row, field, m_now); }
    std::span<const Field> fields() const override { return m_table.m_fields; }

private:
    const RecordTable &m_table;
    const void *m_row;
    WallTime m_now;
};

RecordTable::RecordTable(const LiveData &data, std::span<const Column> columns, QObject *parent)
    : QAbstractTableModel(parent), m_data(data), m_columns(columns)
{
    for (const Column &column : columns)
        m_fields.push_back(column.field);
    connect(&data, &LiveData::changed, this, &RecordTable::take);
    connect(&data, &LiveData::reset, this, &RecordTable::catchUp);
}

void RecordTable::begin(Field sortField, Qt::SortOrder order)
{
    sort(columnOf(sortField), order);
    catchUp();
}

int RecordTable::columnOf(Field field) const
{
    const auto found =
        std::find_if(m_columns.begin(), m_columns.end(), [&](const Column &c) { return c.field == field; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

int RecordTable::columnOf(QLatin1StringView key) const
{
    const auto found =
        std::find_if(m_columns.begin(), m_columns.end(), [&](const Column &c) { return c.key() == key; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

void RecordTable::setFilter(const FilterQuery &filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    refilter();
}

void RecordTable::setTimeRange(const std::optional<TimeRange> &range)
{
    if (range == m_range)
        return;
    m_range = range;
    refilter();
}

void RecordTable::setStates(const std::optional<RowStates> &states)
{
    if (states == m_states)
        return;
    m_states = states;
    refilter();
}

void RecordTable::setActive(bool active)
{
    if (active == m_isActive)
        return;
    m_isActive = active;
    if (active && m_isStale)
        catchUp();
}

void RecordTable::tick()
{
    const WallTime now = m_data.now();
    if (!m_isActive || !hasVolatileCells())
        return;
    if (m_filter.hasVolatileField() || isSortedByPosition())
        apply({}, m_filter.hasVolatileField() ? Refilter::Yes : Refilter::No);
    if (std::exchange(m_lastTick, now) == now || m_order.empty())
        return;
    const int columns = columnCount();
    const auto isVolatile = [&](int column) {
        return column < columns && fieldInfo(m_columns[static_cast<std::size_t>(column)].field).isVolatile;
    };
    for (int first = 0; first < columns; ++first) {
        if (!isVolatile(first))
            continue;
        int last = first;
        while (isVolatile(last + 1))
            ++last;
        Q_EMIT dataChanged(index(0, first), index(shownCount() - 1, last));
        first = last;
    }
}

QByteArray RecordTable::idAt(int row) const
{
    return row >= 0 && row < shownCount() ? *m_order[static_cast<std::size_t>(row)]->id : QByteArray();
}

int RecordTable::rowOf(const QByteArray &id) const
{
    const auto found = m_nodes.find(id);
    if (found == m_nodes.end() || !found->second.isShown)
        return -1;
    const Node *node = &found->second;
    const auto row = static_cast<std::size_t>(indexOf(node));
    if (row < m_order.size() && m_order[row] == node)
        return static_cast<int>(row);
    // m_order is not sorted while a change is applied, and a slot may call rowOf() then.
    const auto at = std::find(m_order.begin(), m_order.end(), node);
    return at == m_order.end() ? -1 : static_cast<int>(at - m_order.begin());
}

Cell RecordTable::cellAt(int row, int column) const
{
    if (row < 0 || row >= shownCount() || column < 0 || column >= columnCount())
        return {};
    return cell(rowAt(row).get(), m_columns[static_cast<std::size_t>(column)].field, m_data.now());
}

int RecordTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : shownCount();
}

int RecordTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant RecordTable::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= shownCount() || index.column() >= columnCount())
        return {};
    const Node &node = *m_order[static_cast<std::size_t>(index.row())];
    const Column &column = m_columns[static_cast<std::size_t>(index.column())];
    const auto raw = [&](WallTime now) -> QVariant {
        const Cell value = cell(node.row.get(), column.field, now);
        if (value.isNull)
            return {};
        return fieldInfo(column.field).kind == FieldKind::Text ? QVariant(value.text.toByteArray())
                                                               : QVariant(qlonglong{value.number});
    };
    switch (role) {
        case Qt::DisplayRole:
            return cellText(column.field, cell(node.row.get(), column.field, m_data.now()));
        case Qt::ToolTipRole:
            // A column can be too narrow for its text.
            if (column.isNumeric())
                return {};
            return cellText(column.field, cell(node.row.get(), column.field, m_data.now()));
        case Qt::TextAlignmentRole:
            return alignment(column);
        case RawRole:
            return raw(m_data.now());
        case SortRole:
            return raw(WallTime{});
        case StateRole:
            if (const auto state = stateOf(node.row.get()))
                return static_cast<int>(*state);
            return {};
        case ProgressRole:
            if (const auto progress = progressOf(node.row.get(), m_data.now()))
                return *progress;
            return {};
        case RowRole:
            return variantOf(node.row);
        case IdRole:
            return *node.id;
        default:
            return {};
    }
}

QVariant RecordTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const Column &column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole:
            return QCoreApplication::translate("RecordTable", column.title);
        case Qt::ToolTipRole:
            return QCoreApplication::translate("RecordTable", column.toolTip);
        case Qt::TextAlignmentRole:
            return alignment(column);
        default:
            return {};
    }
}

bool RecordTable::isIn(const void *, const TimeRange &) const
{
    return true;
}

std::optional<RowState> RecordTable::stateOf(const void *) const
{
    return std::nullopt;
}

std::optional<double> RecordTable::progressOf(const void *, WallTime) const
{
    return std::nullopt;
}

bool RecordTable::shows(const void *row, WallTime now) const
{
    if (m_states) {
        const auto state = stateOf(row);
        if (state && !m_states->test(static_cast<std::size_t>(*state)))
            return false;
    }
    if (m_range && !isIn(row, *m_range))
        return false;
    return m_filter.isEmpty() || m_filter.matches(Reader(*this, row, now));
}

}  // namespace holdline::monitor
