// SPDX-License-Identifier: GPL-3.0-or-later
// RecordTable: sort keys and the order of rows.
#include "monitor/data/recordtable.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

/// The first eight bytes of a text as a number that sorts like the text. Never 0, which means null.
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

/// Computes volatile times as of 1970. The present time would shift all rows equally and keep their order.
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

/// Null comes first. Texts compare without case first, then with case.
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

/// Sorts ranks that lie next to each other in memory, since they decide most comparisons.
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
