// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"
#include "tests/unit/monitor/updatestream.h"

#include <QTest>

#include <set>

namespace holdline::monitor {

/// Follows a table only by its signals, as a view does, and holds persistent indexes of some rows.
class Follower : public QObject
{
public:
    explicit Follower(RecordTable &table) : m_table(table)
    {
        connect(&table, &QAbstractItemModel::modelReset, this, [this] { ++resets; });
        connect(&table, &QAbstractItemModel::layoutChanged, this, [this] {
            ++layouts;
            read();
        });
        connect(&table, &QAbstractItemModel::rowsInserted, this,
                [this](const QModelIndex &, int first, int last) {
                    ++insertions;
                    for (int row = first; row <= last; ++row)
                        m_ids.insert(m_ids.begin() + row, m_table.idAt(row));
                });
        connect(&table, &QAbstractItemModel::rowsRemoved, this,
                [this](const QModelIndex &, int first, int last) {
                    ++removals;
                    m_ids.erase(m_ids.begin() + first, m_ids.begin() + last + 1);
                });
        connect(&table, &QAbstractItemModel::rowsAboutToBeRemoved, this,
                [this](const QModelIndex &, int first, int last) {
                    for (int row = first; row <= last; ++row)
                        m_left.insert(m_table.idAt(row));
                });
        connect(&table, &QAbstractItemModel::dataChanged, this, [this] { ++changes; });
        read();
    }

    /// Takes persistent indexes of some rows.
    void hold(UpdateStream &stream)
    {
        m_held.clear();
        m_left.clear();
        for (int i = 0; i < 10 && m_table.shownCount() > 0; ++i) {
            const int row = stream.pick(m_table.shownCount());
            m_held.emplace_back(m_table.idAt(row), m_table.index(row, stream.pick(m_table.columnCount())));
        }
    }

    void compare()
    {
        QCOMPARE(int(m_ids.size()), m_table.shownCount());
        for (std::size_t row = 0; row < m_ids.size(); ++row) {
            QCOMPARE(m_table.idAt(int(row)), m_ids[row]);
            QCOMPARE(m_table.rowOf(m_ids[row]), int(row));
        }
        for (const auto &[id, index] : m_held) {
            // The index of a removed row stays invalid, even if the row was added again.
            const int row = m_left.contains(id) ? -1 : m_table.rowOf(id);
            QCOMPARE(index.row(), row);
        }
        QCOMPARE(resets, 0);
    }

    int resets = 0;
    int layouts = 0;
    int insertions = 0;
    int removals = 0;
    int changes = 0;

private:
    void read()
    {
        m_ids.clear();
        for (int row = 0; row < m_table.rowCount(); ++row)
            m_ids.push_back(m_table.idAt(row));
    }

    RecordTable &m_table;
    std::vector<QByteArray> m_ids;
    std::vector<std::pair<QByteArray, QPersistentModelIndex>> m_held;
    std::set<QByteArray> m_left;
};

inline FilterQuery query(const RecordTable &table, const QString &text)
{
    const auto parsed = FilterQuery::parse(text, table.fields());
    if (const auto *error = std::get_if<FilterError>(&parsed))
        qFatal("%s", qPrintable(error->text));
    return std::get<FilterQuery>(parsed);
}

/// Applies the snapshot with which a stream begins.
inline void load(LiveData &data, UpdateStream &stream)
{
    for (const Update &update : stream.snapshot(SnapshotReason::Attached))
        data.apply(update);
    data.flush();
}

}  // namespace holdline::monitor
