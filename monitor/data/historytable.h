// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/jobrowstable.h"

namespace holdline::monitor {

/// The jobs that have ended, as many as LiveData keeps. At first the newest on top. A time range keeps those
/// that ended within it.
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
    std::deque<QByteArray> m_ids;  ///< of what is in LiveData's history, as far as this table knows
    std::uint64_t m_before = 0;    ///< number of the first
};

}  // namespace holdline::monitor
