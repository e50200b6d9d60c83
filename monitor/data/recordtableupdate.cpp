// SPDX-License-Identifier: GPL-3.0-or-later
// How a RecordTable gets from one set of rows to the next.
#include "monitor/data/recordtable.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

namespace {

/// So many removals and so many insertions views take better than a change of the whole layout.
constexpr int kFewRuns = 4;

/// Nothing first, then numbers, then texts without regard to case.
int compare(const Cell &a, const Cell &b)
{
    if (a.isNull || b.isNull)
        return int{b.isNull} - int{a.isNull};
    if (a.number != b.number)
        return a.number < b.number ? -1 : 1;
    const int folded = a.text.compare(b.text, Qt::CaseInsensitive);
    return folded != 0 ? folded : a.text.compare(b.text);
}

}  // namespace

/// By time as it stood in 1970: what moves with it moves for all rows alike, so their order is the same.
Cell RecordTable::sortKey(const Node &node) const
{
    if (m_sortColumn < 0)
        return {};
    const Field field = m_columns[static_cast<std::size_t>(m_sortColumn)].field;
    if (field == Field::State) {
        // As jobs go through them, not as the words are spelt.
        if (const auto state = stateOf(node.row.get()))
            return Cell::of(std::int64_t{static_cast<int>(*state)});
    }
    return cell(node.row.get(), field, WallTime{});
}

bool RecordTable::precedes(const Node *a, const Node *b) const
{
    if (m_sortOrder == Qt::DescendingOrder)
        std::swap(a, b);
    const int order = compare(a->key, b->key);
    return order != 0 ? order < 0 : a->id < b->id;
}

void RecordTable::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < columnCount() ? std::max(column, -1) : -1;
    m_sortOrder = order;
    for (Node *node : m_order)
        node->key = sortKey(*node);
    Nodes sorted = m_order;
    std::sort(sorted.begin(), sorted.end(), [this](const Node *a, const Node *b) { return precedes(a, b); });
    setOrder(std::move(sorted));
}

void RecordTable::take(const Changes &changes)
{
    if (!m_isActive) {
        m_isStale = true;
        return;
    }
    Batch batch = batchOf(changes);
    const WallTime now = m_data.now();
    const auto hidden =
        std::stable_partition(batch.present.begin(), batch.present.end(),
                              [&](const Record &record) { return shows(record.row.get(), now); });
    for (auto record = hidden; record != batch.present.end(); ++record)
        batch.gone.push_back(std::move(record->id));
    batch.present.erase(hidden, batch.present.end());
    apply(batch);
}

void RecordTable::catchUp()
{
    m_isStale = !m_isActive;
    if (!m_isActive)
        return;
    Batch batch;
    const WallTime now = m_data.now();
    for (Record &record : all()) {
        if (!shows(record.row.get(), now))
            continue;
        const auto found = m_nodes.find(record.id);
        if (found != m_nodes.end())
            found->second.isWanted = true;
        if (found == m_nodes.end() || found->second.row != record.row)
            batch.present.push_back(std::move(record));
    }
    for (Node *node : m_order) {
        if (!std::exchange(node->isWanted, false))
            batch.gone.push_back(node->id);
    }
    apply(batch);
}

void RecordTable::apply(const Batch &batch)
{
    Nodes fresh, changed, moved, gone;
    for (const QByteArray &id : batch.gone) {
        const auto found = m_nodes.find(id);
        if (found == m_nodes.end() || found->second.fate == Fate::Gone)
            continue;
        found->second.fate = Fate::Gone;
        gone.push_back(&found->second);
    }
    for (const Record &record : batch.present) {
        const auto [place, isNew] = m_nodes.try_emplace(record.id);
        Node &node = place->second;
        const RowPtr before = std::exchange(node.row, record.row);  // the old key may be in it
        const Cell key = std::exchange(node.key, sortKey(node));
        if (isNew) {
            node.id = record.id;
            node.fate = Fate::New;
            fresh.push_back(&node);
        } else if (node.fate == Fate::Stays || node.fate == Fate::Changed) {
            if (node.fate == Fate::Stays)
                changed.push_back(&node);
            const bool isMoved = compare(key, node.key) != 0;
            node.fate = isMoved ? Fate::Moved : Fate::Changed;
            if (isMoved)
                moved.push_back(&node);
        }
    }
    if (isSortedByPlace()) {
        for (Node *node : m_order) {
            // Those that leave keep their keys: until they have left, the rest is found between them.
            if (node->fate != Fate::Stays && node->fate != Fate::Changed)
                continue;
            const Cell key = std::exchange(node->key, sortKey(*node));
            if (compare(key, node->key) == 0)
                continue;
            node->fate = Fate::Moved;
            moved.push_back(node);
        }
    }

    const auto isBefore = [this](const Node *a, const Node *b) { return precedes(a, b); };
    if (!fresh.empty() || !gone.empty() || !moved.empty()) {
        std::sort(fresh.begin(), fresh.end(), isBefore);
        if (!moved.empty() || !applyInPlace(fresh, gone)) {
            Nodes loose = fresh;
            loose.insert(loose.end(), moved.begin(), moved.end());
            std::sort(loose.begin(), loose.end(), isBefore);
            applyByOrder(fresh, std::move(loose), gone);
        }
    }
    for (const Nodes *nodes : {&fresh, &changed, &moved}) {
        for (Node *node : *nodes)
            node->fate = Fate::Stays;
    }
    for (const Node *node : gone)
        m_nodes.erase(QByteArray(node->id));
    tellChanged(changed);
    tellCounts();
}

/// Where rows leave and come in few places only: then no view has to look at all of them.
bool RecordTable::applyInPlace(const Nodes &fresh, const Nodes &gone)
{
    const auto placeOf = [this](const Node *node) {
        const auto place = std::upper_bound(m_order.begin(), m_order.end(), node,
                                            [this](const Node *a, const Node *b) { return precedes(a, b); });
        return static_cast<int>(place - m_order.begin());
    };
    /// First and one past the last.
    using Run = std::pair<int, int>;
    std::vector<Run> removals;
    std::vector<int> leaving;
    for (const Node *node : gone)
        leaving.push_back(node->position);
    std::sort(leaving.begin(), leaving.end());
    for (const int row : leaving) {
        if (!removals.empty() && removals.back().second == row)
            ++removals.back().second;
        else if (removals.size() == kFewRuns)
            return false;
        else
            removals.emplace_back(row, row + 1);
    }
    // Runs of new rows, by the places they come to among the old ones.
    std::vector<Run> insertions;
    int lastPlace = -1;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const int place = placeOf(fresh[i]);
        if (place == lastPlace)
            ++insertions.back().second;
        else if (insertions.size() == kFewRuns)
            return false;
        else
            insertions.emplace_back(static_cast<int>(i), static_cast<int>(i) + 1);
        lastPlace = place;
    }

    for (auto run = removals.rbegin(); run != removals.rend(); ++run) {
        beginRemoveRows({}, run->first, run->second - 1);
        m_order.erase(m_order.begin() + run->first, m_order.begin() + run->second);
        number();
        endRemoveRows();
    }
    for (const Run &run : insertions) {
        const int place = placeOf(fresh[static_cast<std::size_t>(run.first)]);
        beginInsertRows({}, place, place + run.second - run.first - 1);
        m_order.insert(m_order.begin() + place, fresh.begin() + run.first, fresh.begin() + run.second);
        number();
        endInsertRows();
    }
    return true;
}

/// `loose` are the rows whose places are not known, new ones among them, in their order.
void RecordTable::applyByOrder(const Nodes &fresh, Nodes loose, const Nodes &gone)
{
    if (!fresh.empty()) {
        beginInsertRows({}, shownCount(), shownCount() + static_cast<int>(fresh.size()) - 1);
        m_order.insert(m_order.end(), fresh.begin(), fresh.end());
        number();
        endInsertRows();
    }
    Nodes kept;
    kept.reserve(m_order.size());
    for (Node *node : m_order) {
        if (node->fate == Fate::Stays || node->fate == Fate::Changed)
            kept.push_back(node);
    }
    Nodes order;
    order.reserve(m_order.size());
    std::merge(kept.begin(), kept.end(), loose.begin(), loose.end(), std::back_inserter(order),
               [this](const Node *a, const Node *b) { return precedes(a, b); });
    order.insert(order.end(), gone.begin(), gone.end());
    setOrder(std::move(order));
    if (gone.empty())
        return;
    const auto rest = m_order.size() - gone.size();
    beginRemoveRows({}, static_cast<int>(rest), shownCount() - 1);
    m_order.resize(rest);
    endRemoveRows();
}

void RecordTable::setOrder(Nodes order)
{
    if (order == m_order)
        return;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const Nodes before = std::exchange(m_order, std::move(order));
    number();
    const QModelIndexList old = persistentIndexList();
    QModelIndexList now;
    now.reserve(old.size());
    for (const QModelIndex &one : old)
        now.append(index(before[static_cast<std::size_t>(one.row())]->position, one.column()));
    changePersistentIndexList(old, now);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void RecordTable::number()
{
    int position = 0;
    for (Node *node : m_order)
        node->position = position++;
}

void RecordTable::tellChanged(const Nodes &nodes)
{
    if (nodes.empty())
        return;
    const auto [first, last] = std::minmax_element(
        nodes.begin(), nodes.end(), [](const Node *a, const Node *b) { return a->position < b->position; });
    Q_EMIT dataChanged(index((*first)->position, 0), index((*last)->position, columnCount() - 1));
}

void RecordTable::tellCounts()
{
    const std::pair counts(shownCount(), totalCount());
    if (std::exchange(m_told, counts) != counts)
        Q_EMIT countsChanged();
}

}  // namespace holdline::monitor
