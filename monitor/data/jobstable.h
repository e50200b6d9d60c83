// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The live jobs: every request that is held now. At first sorted by age, the oldest on top.
/// A time range keeps the jobs that were asked before its end: live ones last until now.
class JobsTable : public RecordTable
{
    Q_OBJECT

public:
    explicit JobsTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;
    JobPtr jobAt(int row) const;  ///< null when there is no such row

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool moves() const override { return true; }
    bool isIn(const void *row, const TimeRange &range) const override;
    std::optional<RowState> stateOf(const void *row) const override;
    std::optional<double> progressOf(const void *row, WallTime now) const override;
    QVariant variantOf(const RowPtr &row) const override;
};

}  // namespace holdline::monitor
