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

// Sort keys and the order of rows

/// Returns the first eight bytes of a text as a number that sorts like the text. Never returns 0, which means
/// null.
std::uint64_t RecordTable::rankOf(QByteArrayView text)
{
    std::uint64_t rank = 0;
    for (qsizetype i = 0; i < 8; ++i) {
        auto byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
        if (byte >= 'A' && byte <= 'Z')
            byte += 'a' - 'A';
        rank = rank << 8 | byte;
    }
    return std::max<std::uint64_t>(rank, 1);
}

/// Returns the sort value of a row. Computes volatile times as of 1970: using the present time would shift
/// all rows equally and keep their order.
RecordTable::SortKey RecordTable::sortKey(const void *row) const
{
    constexpr std::uint64_t kZero = std::uint64_t{1} << 63;
    if (m_sortColumn < 0)
        return {};
    const Field field = m_columns[static_cast<std::size_t>(m_sortColumn)].field;
    if (field == Field::State) {
        // States sort in the order in which a job passes through them, not by name.
        if (const auto state = stateOf(row))
            return {kZero + static_cast<std::uint64_t>(*state), {}};
    }
    const Cell value = cell(row, field, WallTime{});
    if (value.isNull)
        return {};
    if (fieldInfo(field).kind == FieldKind::Text)
        return {rankOf(value.text), value.text};
    return {std::max<std::uint64_t>(kZero + static_cast<std::uint64_t>(value.number), 1), {}};
}

/// Compares two sort values. Null comes first. Texts are compared without case first, then with case.
int RecordTable::compareKeys(const SortKey &a, const SortKey &b) const
{
    if (a.rank != b.rank)
        return a.rank < b.rank ? -1 : 1;
    if (a.text.isEmpty() && b.text.isEmpty())
        return 0;
    const int folded = a.text.compare(b.text, Qt::CaseInsensitive);
    return folded != 0 ? folded : a.text.compare(b.text);
}

bool RecordTable::precedes(const Node *a, const Node *b) const
{
    if (m_sortOrder == Qt::DescendingOrder)
        std::swap(a, b);
    if (const int order = compareKeys(a->key, b->key); order != 0)
        return order < 0;
    return a->idRank != b->idRank ? a->idRank < b->idRank : *a->id < *b->id;
}

/// Sorts nodes. Copies their ranks into one array first, because ranks decide most comparisons and adjacent
/// memory is fast to read.
void RecordTable::sortNodes(Nodes &nodes) const
{
    struct Item
    {
        std::uint64_t rank;
        Node *node;
    };
    std::vector<Item> items;
    items.reserve(nodes.size());
    for (Node *node : nodes)
        items.push_back({node->key.rank, node});
    const bool isDescending = m_sortOrder == Qt::DescendingOrder;
    std::sort(items.begin(), items.end(), [&](const Item &a, const Item &b) {
        if (a.rank != b.rank)
            return isDescending ? b.rank < a.rank : a.rank < b.rank;
        return precedes(a.node, b.node);
    });
    std::transform(items.begin(), items.end(), nodes.begin(), [](const Item &item) { return item.node; });
}

int RecordTable::indexOf(const Node *node) const
{
    const auto at = std::lower_bound(m_order.begin(), m_order.end(), node,
                                     [this](const Node *a, const Node *b) { return precedes(a, b); });
    return static_cast<int>(at - m_order.begin());
}

void RecordTable::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < columnCount() ? std::max(column, -1) : -1;
    m_sortOrder = order;
    for (Node *node : m_order)
        node->key = sortKey(node->row.get());
    Nodes sorted = m_order;
    sortNodes(sorted);
    setOrder(std::move(sorted));
}

}  // namespace holdline::monitor
