// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// Base of the tables whose rows are JobRows: the live and the ended jobs.
class JobRowsTable : public RecordTable
{
    Q_OBJECT

public:
    JobPtr jobAt(int row) const;  ///< null when `row` is out of range

protected:
    using RecordTable::RecordTable;

    static const JobRow &job(const void *row) { return *static_cast<const JobRow *>(row); }

    std::optional<RowState> stateOf(const void *row) const override;
    std::optional<double> progressOf(const void *row, WallTime now) const override;
    QVariant variantOf(const RowPtr &row) const override;
};

}  // namespace holdline::monitor
