// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/filterquery.h"
#include "monitor/data/livedata.h"

#include <QAbstractTableModel>

#include <bitset>
#include <unordered_map>

namespace holdline::monitor {

using RowStates = std::bitset<kRowStateCount>;  ///< by static_cast<std::size_t>(RowState)

struct Column
{
    Field field;
    const char *title;    ///< QT_TRANSLATE_NOOP("RecordTable", …)
    const char *toolTip;  ///< the same
    bool isShown;         ///< before anybody chose

    QLatin1StringView key() const { return fieldInfo(field).key; }
    bool isNumeric() const { return fieldInfo(field).kind != FieldKind::Text; }
};

/// A table of rows of LiveData, sorted and filtered by itself: a proxy would see every row singly, and with
/// some thousand changes a second there is no time for that. What LiveData tells at once becomes one update:
/// rows that leave or come in few places are removed and inserted there; otherwise new rows are appended, one
/// layout change brings all into their order (rows that leave to the tail), and the tail is removed. Never a
/// reset: rows are known by their ids even across a reset of LiveData, so that selections last.
///
/// Cells that move by themselves are worked out when they are shown; tick() says that they moved. Sorting by
/// them is by what does not move (age: when it was asked), so rows do not wander.
///
/// LiveData lives longer than its tables. Thread: the window's.
class RecordTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Role {
        RawRole = Qt::UserRole,  ///< QByteArray; qlonglong (durations µs, times of day ms); invalid for none
        SortRole,                ///< what it is sorted by, as RawRole
        StateRole,               ///< int, of RowState; of the whole row; invalid in tables without
        ProgressRole,            ///< double 0…1: how much of the time to its deadline the job has used
        RowRole,                 ///< JobPtr, DeadLetterPtr, LaneRow or CallbackRow
        IdRole,                  ///< QByteArray
    };

    std::span<const Column> columns() const { return m_columns; }
    /// -1 when this table has no such column.
    int columnOf(Field field) const;
    int columnOf(QLatin1StringView key) const;

    /// The fields a filter for this table may name.
    std::span<const Field> fields() const { return m_fields; }
    void setFilter(const FilterQuery &filter);
    const FilterQuery &filter() const { return m_filter; }
    /// Only what has to do with this span; lanes are always shown.
    void setTimeRange(const std::optional<TimeRange> &range);
    /// Only jobs in these states; of no effect on other tables.
    void setStates(const std::optional<RowStates> &states);

    /// While nobody looks, nothing is done; it catches up when somebody does. Active at first.
    void setActive(bool active);
    bool isActive() const { return m_isActive; }

    int shownCount() const { return static_cast<int>(m_order.size()); }
    virtual int totalCount() const = 0;

    /// What moves by itself has moved: to be called some times a second while it is seen.
    void tick();

    QByteArray idAt(int row) const;          ///< empty when there is no such row
    int rowOf(const QByteArray &id) const;   ///< -1 when it is not shown
    Cell cellAt(int row, int column) const;  ///< valid until the next change
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// A column that is not there means the order of ids.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

Q_SIGNALS:
    /// shownCount() or totalCount() may be another.
    void countsChanged();

protected:
    RecordTable(const LiveData &data, std::span<const Column> columns, QObject *parent);
    /// For the end of the derived table's constructor: what is there, sorted like that.
    void begin(Field sortField, Qt::SortOrder order);

    /// A row of the derived table's kind.
    using RowPtr = std::shared_ptr<const void>;
    struct Record
    {
        QByteArray id;
        RowPtr row;
    };
    struct Batch
    {
        std::vector<Record> present;  ///< new or standing differently
        std::vector<QByteArray> gone;
    };

    virtual Cell cell(const void *row, Field field, WallTime now) const = 0;
    /// Everything there is now.
    virtual std::vector<Record> all() = 0;
    /// What `changes` mean for this table. Telling of a row twice, or of one that is not there, does no harm.
    virtual Batch batchOf(const Changes &changes) = 0;
    /// Whether cells change without their rows.
    virtual bool moves() const { return false; }
    virtual bool isIn(const void *row, const TimeRange &range) const;
    virtual std::optional<RowState> stateOf(const void *row) const;
    virtual std::optional<double> progressOf(const void *row, WallTime now) const;
    virtual QVariant variantOf(const RowPtr &row) const = 0;

    const LiveData &live() const { return m_data; }
    const RowPtr &rowAt(int row) const { return m_order[static_cast<std::size_t>(row)]->row; }

private:
    class Reader;
    /// What a row is sorted by, made so that most comparisons are of two numbers.
    struct SortKey
    {
        std::uint64_t rank = 0;  ///< 0 for nothing; of texts the first bytes, in lower case
        QByteArrayView text;     ///< into the row
    };
    struct Node
    {
        enum class Fate : std::uint8_t { Stays, Changed, Moved, New, Gone };

        const QByteArray *id = nullptr;
        RowPtr row;
        SortKey key;               ///< while it is shown
        std::uint64_t idRank = 0;  ///< rows with the same key are sorted by id
        Fate fate = Fate::Stays;
        bool isShown = false;
        bool isKnown = true;  ///< to LiveData
    };
    using Nodes = std::vector<Node *>;
    using Fate = Node::Fate;
    struct Step;

    static std::uint64_t rankOf(QByteArrayView text);
    SortKey sortKey(const void *row) const;
    int compareKeys(const SortKey &a, const SortKey &b) const;
    bool precedes(const Node *a, const Node *b) const;
    void sortNodes(Nodes &nodes) const;
    /// Where the row is; while keys are as m_order is sorted.
    int placeOf(const Node *node) const;
    /// By something that changes with other rows.
    bool isSortedByPlace() const { return m_sortColumn >= 0 && m_sortColumn == columnOf(Field::Position); }

    bool shows(const void *row, WallTime now) const;
    void take(const Changes &changes);
    void catchUp();
    void refilter();
    enum class Refilter { No, Yes };
    void apply(const Batch &batch, Refilter refilter);
    void show(Step &step, Node &node);
    void hide(Step &step, Node &node, int place);
    void takeRow(Step &step, const Record &record, WallTime now);
    void filterAgain(Step &step, WallTime now);
    void sortAgainByPlace(Step &step);
    void carryOut(Step &step);
    bool applyInPlace(const Step &step);
    void applyByOrder(const Step &step);
    /// The same rows in another order.
    void setOrder(Nodes order);
    void tellChanged(const Nodes &nodes);
    void tellCounts();

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
    std::unordered_map<QByteArray, Node> m_nodes;  ///< all there is, as of the last change
    Nodes m_order;                                 ///< what is shown
    WallTime m_lastTick{};
    std::pair<int, int> m_told;  ///< counts
};

}  // namespace holdline::monitor
