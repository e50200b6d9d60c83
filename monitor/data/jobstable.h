// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/jobrowstable.h"

namespace holdline::monitor {

/// The live jobs: every job that has not ended. The default order is oldest first. A time range selects the
/// jobs whose request arrived before the range ends, since live jobs last until now.
class JobsTable : public JobRowsTable
{
    Q_OBJECT

public:
    explicit JobsTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool hasVolatileCells() const override { return true; }
    bool isIn(const void *row, const TimeRange &range) const override;
};

}  // namespace holdline::monitor
