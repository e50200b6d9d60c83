// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/filterquery.h"
#include "monitor/data/livedata.h"

#include <QAbstractTableModel>

#include <bitset>
#include <unordered_map>

namespace holdline::monitor {

using RowStates = std::bitset<kRowStateCount>;  ///< indexed by static_cast<std::size_t>(RowState)

struct Column
{
    Field field;
    const char *title;    ///< QT_TRANSLATE_NOOP("RecordTable", …)
    const char *toolTip;  ///< QT_TRANSLATE_NOOP("RecordTable", …)
    bool isShown;         ///< by default, until the user chooses columns

    QLatin1StringView key() const { return fieldInfo(field).key; }
    bool isNumeric() const { return fieldInfo(field).kind != FieldKind::Text; }
};

/// A table model over rows of LiveData that sorts and filters itself. A proxy model would handle each row
/// singly, which is too slow for thousands of changes per second.
///
/// Each LiveData::changed() becomes one update. When only a few runs of adjacent rows change, they are
/// removed and inserted in place. Otherwise new rows are appended, one layout change sorts all rows with the
/// removed ones last, and these are removed. The model never resets: it identifies rows by id even across
/// LiveData::reset(), so selections survive.
///
/// Volatile cells are computed when they are shown, and tick() announces that they changed. Sorting by a
/// volatile time uses a fixed value (for age: the time of the request), so rows keep their order.
///
/// LiveData must outlive its tables. Thread: the window's.
class RecordTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Role {
        RawRole = Qt::UserRole,  ///< QByteArray, or qlonglong (µs, or ms since 1970); invalid for a null cell
        SortRole,                ///< the value that sorting uses, of the same types as RawRole
        StateRole,               ///< RowState of the row, as int; invalid in tables without states
        ProgressRole,            ///< double 0…1: the share of the time until the deadline that is used
        RowRole,                 ///< JobPtr, DeadLetterPtr, LanePtr or CallbackPtr
        IdRole,                  ///< QByteArray
    };

    std::span<const Column> columns() const { return m_columns; }
    /// Returns the index of a field's column, or -1 when the table has no such column.
    int columnOf(Field field) const;

    /// The fields that a filter for this table may name.
    std::span<const Field> fields() const { return m_fields; }
    void setFilter(const FilterQuery &filter);
    const FilterQuery &filter() const { return m_filter; }
    /// Shows only rows of this time range; each table defines which time counts. The table of lanes ignores
    /// the range.
    void setTimeRange(const std::optional<TimeRange> &range);
    /// Shows only jobs in these states. Has no effect on tables without states.
    void setStates(const std::optional<RowStates> &states);

    /// An inactive table ignores changes and reads everything again when it becomes active. Initially active.
    void setActive(bool active);
    bool isActive() const { return m_isActive; }

    int shownCount() const { return static_cast<int>(m_order.size()); }
    virtual int totalCount() const = 0;

    /// Updates volatile cells. Call it several times a second while the table is visible.
    void tick();

    QByteArray idAt(int row) const;          ///< empty when `row` is out of range
    int rowOf(const QByteArray &id) const;   ///< -1 when the row is not shown
    Cell cellAt(int row, int column) const;  ///< valid until the next change
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Sorts the rows by a column. A column out of range sorts by id.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

Q_SIGNALS:
    /// shownCount() or totalCount() changed.
    void countsChanged();

protected:
    RecordTable(const LiveData &data, std::span<const Column> columns, QObject *parent);
    /// Reads all rows and sorts them. The derived constructor must call it last.
    void begin(Field sortField, Qt::SortOrder order);

    /// A pointer to a row. Only the derived table knows the row's type.
    using RowPtr = std::shared_ptr<const void>;
    struct Record
    {
        QByteArray id;
        RowPtr row;
    };
    struct Batch
    {
        std::vector<Record> present;  ///< new or changed rows
        std::vector<QByteArray> gone;
    };

    virtual Cell cell(const void *row, Field field, WallTime now) const = 0;
    /// Returns all rows of this table that LiveData has now.
    virtual std::vector<Record> all() = 0;
    /// Returns the rows of this table that `changes` affect. The result may contain repeated rows and unknown
    /// ids.
    virtual Batch batchOf(const Changes &changes) = 0;
    /// True when some cells are volatile: they can change while their row stays the same.
    virtual bool hasVolatileCells() const { return false; }
    virtual bool isIn(const void * /*row*/, const TimeRange & /*range*/) const { return true; }
    virtual std::optional<RowState> stateOf(const void * /*row*/) const { return {}; }
    virtual std::optional<double> progressOf(const void * /*row*/, WallTime /*now*/) const { return {}; }
    virtual QVariant variantOf(const RowPtr &row) const = 0;

    const LiveData &live() const { return m_data; }
    const RowPtr &rowAt(int row) const { return m_order[static_cast<std::size_t>(row)]->row; }

private:
    class Reader;
    /// The sort value of a row. Most comparisons need only `rank` and so compare two numbers.
    struct SortKey
    {
        std::uint64_t rank = 0;  ///< 0 for null; for texts the first bytes, in lower case
        QByteArrayView text;     ///< view into the row
    };
    struct Node
    {
        enum class Fate : std::uint8_t { Stays, Changed, Moved, New, Gone };

        const QByteArray *id = nullptr;
        RowPtr row;
        SortKey key;               ///< valid while the row is shown
        std::uint64_t idRank = 0;  ///< rank of the id, which sorts rows with equal keys
        Fate fate = Fate::Stays;
        bool isShown = false;
        bool isKnown = true;  ///< LiveData still has the row
    };
    using Nodes = std::vector<Node *>;
    using Fate = Node::Fate;
    struct Step;

    static std::uint64_t rankOf(QByteArrayView text);
    SortKey sortKey(const void *row) const;
    int compareKeys(const SortKey &a, const SortKey &b) const;
    bool precedes(const Node *a, const Node *b) const;
    void sortNodes(Nodes &nodes) const;
    /// Returns the index of a row in m_order, or the index at which it would be inserted. Valid while m_order
    /// is sorted by the rows' keys.
    int indexOf(const Node *node) const;
    /// True when the rows are sorted by queue position. A position changes with other rows, so this order
    /// needs a new sort on each update.
    bool isSortedByPosition() const { return m_sortColumn >= 0 && m_sortColumn == columnOf(Field::Position); }

    bool shows(const void *row, WallTime now) const;
    void take(const Changes &changes);
    void catchUp();
    void refilter();
    enum class Refilter { No, Yes };
    void apply(const Batch &batch, Refilter refilter);
    void show(Step &step, Node &node);
    void hide(Step &step, Node &node, int index);
    void takeRow(Step &step, const Record &record, WallTime now);
    void filterAgain(Step &step, WallTime now);
    void sortAgainByPosition(Step &step);
    void carryOut(Step &step);
    bool applyInPlace(const Step &step);
    void applyByOrder(const Step &step);
    /// Permutes the rows. `order` must contain the same rows as m_order.
    void setOrder(Nodes order);
    void emitDataChanged(const Nodes &nodes);
    void emitCountsChanged();

    const LiveData &m_data;
    std::span<const Column> m_columns;
    std::vector<Field> m_fields;
    FilterQuery m_filter;
    std::optional<TimeRange> m_range;
    std::optional<RowStates> m_states;
    bool m_isActive = true;
    bool m_isStale = false;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::unordered_map<QByteArray, Node> m_nodes;  ///< all rows, shown or not
    Nodes m_order;                                 ///< the shown rows in their order
    WallTime m_lastTick{};
    std::pair<int, int> m_lastCounts;  ///< shown and total, at the last countsChanged()
};

/// Base of the tables: adds the type of their rows to RecordTable.
template <typename Row>
class RowsTable : public RecordTable
{
public:
    /// Returns a row; null when `row` is out of range.
    std::shared_ptr<const Row> at(int row) const
    {
        return row >= 0 && row < shownCount() ? std::static_pointer_cast<const Row>(rowAt(row)) : nullptr;
    }

protected:
    using RecordTable::RecordTable;

    static const Row &typed(const void *row) { return *static_cast<const Row *>(row); }

    QVariant variantOf(const RowPtr &row) const override
    {
        return QVariant::fromValue(std::static_pointer_cast<const Row>(row));
    }
};

}  // namespace holdline::monitor
