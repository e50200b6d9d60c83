// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The lanes: one row for each account that has queued jobs or starts in flight, or is paused. The default
/// order is by account.
class LanesTable : public RowsTable<LaneRow>
{
    Q_OBJECT

public:
    explicit LanesTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
};

}  // namespace holdline::monitor
