// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The callback ledger: every callback that came, under its word. At first the newest on top. A time range
/// keeps those that came within it.
class CallbacksTable : public RecordTable
{
    Q_OBJECT

public:
    explicit CallbacksTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;
    std::optional<CallbackRow> callbackAt(int row) const;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool isIn(const void *row, const TimeRange &range) const override;
    QVariant variantOf(const RowPtr &row) const override;

private:
    Record record(std::uint64_t number) const;

    std::uint64_t m_first = 0;  ///< numbers of what this table knows, the last not included
    std::uint64_t m_end = 0;
};

}  // namespace holdline::monitor
