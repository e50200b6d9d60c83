// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jobrowstable.h"

#include "monitor/data/jobcells.h"

namespace holdline::monitor {

JobPtr JobRowsTable::jobAt(int row) const
{
    return row >= 0 && row < shownCount() ? std::static_pointer_cast<const JobRow>(rowAt(row)) : nullptr;
}

std::optional<RowState> JobRowsTable::stateOf(const void *row) const
{
    return job(row).state;
}

std::optional<double> JobRowsTable::progressOf(const void *row, WallTime now) const
{
    return jobProgress(job(row), now);
}

QVariant JobRowsTable::variantOf(const RowPtr &row) const
{
    return QVariant::fromValue(std::static_pointer_cast<const JobRow>(row));
}

}  // namespace holdline::monitor
