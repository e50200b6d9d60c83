// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The callback ledger: one row for each callback that arrived, with its outcome. The default order is newest
/// first. A time range selects callbacks by their time of arrival.
class CallbacksTable : public RowsTable<CallbackRow>
{
    Q_OBJECT

public:
    explicit CallbacksTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool isIn(const void *row, const TimeRange &range) const override;

private:
    Record record(std::uint64_t number) const;

    /// The table holds the callbacks with numbers in [m_first, m_end); see LiveData::callbacksBefore().
    std::uint64_t m_first = 0;
    std::uint64_t m_end = 0;
};

}  // namespace holdline::monitor
