// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// The dead letters of the last list that the service sent. The default order is newest first. A time range
/// selects dead letters by their time (DeadLetterRow::at).
class DeadLettersTable : public RowsTable<DeadLetterRow>
{
    Q_OBJECT

public:
    explicit DeadLettersTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool isIn(const void *row, const TimeRange &range) const override;

private:
    std::vector<QByteArray> m_ids;  ///< the rows that this table last read from LiveData
};

}  // namespace holdline::monitor
