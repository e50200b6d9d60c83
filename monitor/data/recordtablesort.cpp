// SPDX-License-Identifier: GPL-3.0-or-later
// In what order a RecordTable has its rows.
#include "monitor/data/recordtable.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

/// The first bytes, so that the numbers are in the order of the texts as far as they go; never 0.
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

/// By time as it stood in 1970: what moves with it moves for all rows alike, so their order is the same.
RecordTable::SortKey RecordTable::sortKey(const void *row) const
{
    constexpr std::uint64_t kZero = std::uint64_t{1} << 63;
    if (m_sortColumn < 0)
        return {};
    const Field field = m_columns[static_cast<std::size_t>(m_sortColumn)].field;
    if (field == Field::State) {
        // As jobs go through them, not as the words are spelt.
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

/// Nothing first, then numbers, or texts without regard to case.
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

/// Many at once: what is mostly compared lies side by side.
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

int RecordTable::placeOf(const Node *node) const
{
    const auto place = std::lower_bound(m_order.begin(), m_order.end(), node,
                                        [this](const Node *a, const Node *b) { return precedes(a, b); });
    return static_cast<int>(place - m_order.begin());
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
