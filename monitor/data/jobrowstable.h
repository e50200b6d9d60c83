// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/jobcells.h"
#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// Base of the tables whose rows are JobRows: the live and the ended jobs.
class JobRowsTable : public RowsTable<JobRow>
{
    Q_OBJECT

protected:
    using RowsTable::RowsTable;

    std::optional<RowState> stateOf(const void *row) const override { return typed(row).state; }
    std::optional<double> progressOf(const void *row, WallTime now) const override
    {
        return jobProgress(typed(row), now);
    }
};

}  // namespace holdline::monitor
