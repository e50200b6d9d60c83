// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

namespace holdline::monitor {

/// Dead letters, as they were listed last. At first the newest on top. A time range keeps those of it.
class DeadLettersTable : public RecordTable
{
    Q_OBJECT

public:
    explicit DeadLettersTable(const LiveData &data, QObject *parent = nullptr);

    int totalCount() const override;
    DeadLetterPtr deadLetterAt(int row) const;  ///< null when there is no such row

protected:
    Cell cell(const void *row, Field field, WallTime now) const override;
    std::vector<Record> all() override;
    Batch batchOf(const Changes &changes) override;
    bool isIn(const void *row, const TimeRange &range) const override;
    QVariant variantOf(const RowPtr &row) const override;

private:
    std::vector<QByteArray> m_ids;  ///< of what this table knows
};

}  // namespace holdline::monitor
