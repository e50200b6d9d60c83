// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/jobrowstable.h"

namespace holdline::monitor {

/// The ended jobs in LiveData's history. The default order is newest first. A time range selects jobs by the
/// time when they ended.
class HistoryTable : public JobRowsTable
{
    Q_OBJECT

public:
    explicit HistoryTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool isIn(const void *row, const TimeRange &range) const override;

private:
    std::deque<QByteArray> m_ids;  ///< the rows that this table last read from LiveData's history
    std::uint64_t m_before = 0;    ///< LiveData::historyBefore() when m_ids was read
};

}  // namespace holdline::monitor
