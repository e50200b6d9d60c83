// SPDX-License-Identifier: GPL-3.0-or-later
// The part of RecordTable that turns a batch of changes into model signals.
#include "monitor/data/recordtable.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

namespace {

/// Maximum number of runs of removed rows, and of inserted rows, for which views are faster than with one
/// layout change.
constexpr int kFewRuns = 4;
/// Maximum number of rows for which linear searches are faster than building a hash map.
constexpr std::size_t kFewRows = 32;

}  // namespace

/// The changes that one update makes to the shown rows.
struct RecordTable::Step
{
    Nodes fresh;    ///< to be shown, not in m_order yet
    Nodes changed;  ///< stay shown with a new row; includes moved rows
    Nodes moved;
    std::vector<SortKey> movedKeys;  ///< new keys of `moved`, set after all old indexes are found
    Nodes gone;
    std::vector<int> leaving;           ///< indexes in m_order of moved and gone rows
    std::vector<RowPtr> before;         ///< owns the old rows, because sort keys are views into them
    std::vector<QByteArray> forgotten;  ///< ids to erase from m_nodes
};

void RecordTable::take(const Changes &changes)
{
    if (m_isActive)
        apply(batchOf(changes), Refilter::No);
    else
        m_isStale = true;
}

void RecordTable::refilter()
{
    if (m_isActive)
        apply({}, Refilter::Yes);
    else
        m_isStale = true;
}

void RecordTable::catchUp()
{
    m_isStale = !m_isActive;
    if (!m_isActive)
        return;
    for (auto &[id, node] : m_nodes)
        node.isKnown = false;
    Batch batch;
    for (Record &record : all()) {
        const auto found = m_nodes.find(record.id);
        if (found != m_nodes.end())
            found->second.isKnown = true;
        if (found == m_nodes.end() || found->second.row != record.row)
            batch.present.push_back(std::move(record));
    }
    for (const auto &[id, node] : m_nodes) {
        if (!node.isKnown)
            batch.gone.push_back(id);
    }
    apply(batch, Refilter::Yes);
}

void RecordTable::apply(const Batch &batch, Refilter refilter)
{
    Step step;
    const WallTime now = m_data.now();
    // Find all indexes before any key changes, because indexOf() searches by the old keys.
    for (const QByteArray &id : batch.gone) {
        const auto found = m_nodes.find(id);
        if (found == m_nodes.end())
            continue;
        Node &node = found->second;
        if (node.isShown)
            hide(step, node, indexOf(&node));
        node.fate = Fate::Gone;
        step.forgotten.push_back(id);
    }
    for (const Record &record : batch.present)
        takeRow(step, record, now);
    if (refilter == Refilter::Yes)
        filterAgain(step, now);
    if (isSortedByPosition())
        sortAgainByPosition(step);
    for (std::size_t i = 0; i < step.moved.size(); ++i)
        step.moved[i]->key = step.movedKeys[i];
    carryOut(step);

    for (const Nodes *nodes : {&step.fresh, &step.changed, &step.moved, &step.gone}) {
        for (Node *node : *nodes)
            node->fate = Fate::Stays;
    }
    for (const QByteArray &id : step.forgotten)
        m_nodes.erase(id);
    emitDataChanged(step.changed);
    emitCountsChanged();
}

void RecordTable::show(Step &step, Node &node)
{
    node.key = sortKey(node.row.get());
    node.isShown = true;
    node.fate = Fate::New;
    step.fresh.push_back(&node);
}

void RecordTable::hide(Step &step, Node &node, int index)
{
    step.leaving.push_back(index);
    step.gone.push_back(&node);
    node.isShown = false;
    node.fate = Fate::Gone;
}

void RecordTable::takeRow(Step &step, const Record &record, WallTime now)
{
    const auto [found, isNew] = m_nodes.try_emplace(record.id);
    Node &node = found->second;
    if (node.fate == Fate::Gone)
        return;
    if (isNew) {
        node.id = &found->first;
        node.idRank = rankOf(record.id);
    }
    step.before.push_back(std::exchange(node.row, record.row));
    const bool isWanted = shows(node.row.get(), now);
    if (!node.isShown) {
        if (isWanted)
            show(step, node);
        return;
    }
    if (node.fate != Fate::Stays)
        return;
    const int index = indexOf(&node);
    if (!isWanted) {
        hide(step, node, index);
        return;
    }
    step.changed.push_back(&node);
    node.fate = Fate::Changed;
    const SortKey key = sortKey(node.row.get());
    if (compareKeys(key, node.key) == 0) {
        node.key = key;
        return;
    }
    node.fate = Fate::Moved;
    step.moved.push_back(&node);
    step.movedKeys.push_back(key);
    step.leaving.push_back(index);
}

void RecordTable::filterAgain(Step &step, WallTime now)
{
    for (std::size_t row = 0; row < m_order.size(); ++row) {
        Node &node = *m_order[row];
        if (node.fate == Fate::Stays && !shows(node.row.get(), now))
            hide(step, node, static_cast<int>(row));
    }
    if (m_order.size() + step.fresh.size() == m_nodes.size())
        return;  // every row is shown
    for (auto &[id, node] : m_nodes) {
        if (!node.isShown && node.fate == Fate::Stays && shows(node.row.get(), now))
            show(step, node);
    }
}

void RecordTable::sortAgainByPosition(Step &step)
{
    for (std::size_t row = 0; row < m_order.size(); ++row) {
        Node &node = *m_order[row];
        if (node.fate != Fate::Stays && node.fate != Fate::Changed)
            continue;
        const SortKey key = sortKey(node.row.get());
        if (compareKeys(key, node.key) == 0)
            continue;
        node.fate = Fate::Moved;
        step.moved.push_back(&node);
        step.movedKeys.push_back(key);
        step.leaving.push_back(static_cast<int>(row));
    }
}

void RecordTable::carryOut(Step &step)
{
    if (step.fresh.empty() && step.leaving.empty())
        return;
    std::sort(step.leaving.begin(), step.leaving.end());
    sortNodes(step.fresh);
    if (!step.moved.empty() || !applyInPlace(step))
        applyByOrder(step);
}

/// Removes and inserts rows where they are, which is cheap for views. Returns false without a change when
/// there are too many runs.
bool RecordTable::applyInPlace(const Step &step)
{
    /// The first index of a run, and one past its last index.
    using Run = std::pair<int, int>;
    std::vector<Run> removals;
    for (const int row : step.leaving) {
        if (!removals.empty() && removals.back().second == row)
            ++removals.back().second;
        else if (removals.size() == kFewRuns)
            return false;
        else
            removals.emplace_back(row, row + 1);
    }
    // Runs of indexes in step.fresh: rows that are inserted at the same index of the old rows.
    std::vector<Run> insertions;
    int lastTarget = -1;
    for (std::size_t i = 0; i < step.fresh.size(); ++i) {
        const int target = indexOf(step.fresh[i]);
        if (target == lastTarget)
            ++insertions.back().second;
        else if (insertions.size() == kFewRuns)
            return false;
        else
            insertions.emplace_back(static_cast<int>(i), static_cast<int>(i) + 1);
        lastTarget = target;
    }

    for (auto run = removals.rbegin(); run != removals.rend(); ++run) {
        beginRemoveRows({}, run->first, run->second - 1);
        m_order.erase(m_order.begin() + run->first, m_order.begin() + run->second);
        endRemoveRows();
    }
    for (const Run &run : insertions) {
        const int target = indexOf(step.fresh[static_cast<std::size_t>(run.first)]);
        beginInsertRows({}, target, target + run.second - run.first - 1);
        m_order.insert(m_order.begin() + target, step.fresh.begin() + run.first,
                       step.fresh.begin() + run.second);
        endInsertRows();
    }
    return true;
}

void RecordTable::applyByOrder(const Step &step)
{
    Nodes order;
    order.reserve(m_order.size() + step.fresh.size());
    int from = 0;
    for (const int row : step.leaving) {
        order.insert(order.end(), m_order.begin() + from, m_order.begin() + row);
        from = row + 1;
    }
    order.insert(order.end(), m_order.begin() + from, m_order.end());

    if (!step.fresh.empty()) {
        beginInsertRows({}, shownCount(), shownCount() + static_cast<int>(step.fresh.size()) - 1);
        m_order.insert(m_order.end(), step.fresh.begin(), step.fresh.end());
        endInsertRows();
    }

    Nodes loose = step.fresh;
    loose.insert(loose.end(), step.moved.begin(), step.moved.end());
    sortNodes(loose);
    // Merge `loose` into `order`. Goes backwards so that each row moves at most once.
    const auto isBefore = [this](const Node *a, const Node *b) { return precedes(a, b); };
    auto unmerged = static_cast<std::ptrdiff_t>(order.size());
    order.resize(order.size() + loose.size());
    auto end = order.end();
    for (auto node = loose.rbegin(); node != loose.rend(); ++node) {
        const auto target =
            std::upper_bound(order.begin(), order.begin() + unmerged, *node, isBefore) - order.begin();
        end = std::move_backward(order.begin() + target, order.begin() + unmerged, end);
        *--end = *node;
        unmerged = target;
    }
    order.insert(order.end(), step.gone.begin(), step.gone.end());
    setOrder(std::move(order));
    if (step.gone.empty())
        return;
    const auto rest = m_order.size() - step.gone.size();
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
    const QModelIndexList old = persistentIndexList();
    // Usually all persistent indexes belong to one row. For a large selection a hash map is faster.
    std::unordered_map<int, int> rows;
    for (const QModelIndex &one : old)
        rows.emplace(one.row(), -1);
    if (rows.size() <= kFewRows) {
        for (auto &[was, is] : rows) {
            const Node *node = before[static_cast<std::size_t>(was)];
            is = static_cast<int>(std::find(m_order.begin(), m_order.end(), node) - m_order.begin());
        }
    } else {
        std::unordered_map<const Node *, int> rowByNode;
        rowByNode.reserve(m_order.size());
        for (std::size_t row = 0; row < m_order.size(); ++row)
            rowByNode.emplace(m_order[row], static_cast<int>(row));
        for (auto &[was, is] : rows)
            is = rowByNode.at(before[static_cast<std::size_t>(was)]);
    }
    QModelIndexList now;
    now.reserve(old.size());
    for (const QModelIndex &one : old)
        now.append(index(rows.at(one.row()), one.column()));
    changePersistentIndexList(old, now);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void RecordTable::emitDataChanged(const Nodes &nodes)
{
    int first = shownCount();
    int last = -1;
    for (const Node *node : nodes) {
        const int row = indexOf(node);
        first = std::min(first, row);
        last = std::max(last, row);
    }
    if (last >= 0)
        Q_EMIT dataChanged(index(first, 0), index(last, columnCount() - 1));
}

void RecordTable::emitCountsChanged()
{
    const std::pair counts(shownCount(), totalCount());
    if (std::exchange(m_lastCounts, counts) != counts)
        Q_EMIT countsChanged();
}

}  // namespace holdline::monitor
