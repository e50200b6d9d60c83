// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <vector>

namespace holdline {

/// Reports handed-over jobs that failed, with their stored requests. While the store cannot be read, the ids
/// of at most kMost such jobs are kept for retry(). Further jobs are not reported.
///
/// Life: the store must outlive this object, and `report` must stay callable. Thread: one.
class FailedHandOvers
{
public:
    static constexpr std::size_t kMost = 10'000;

    FailedHandOvers(JobStore &store, std::function<void(const JobRecord &)> report)
        : m_store(store), m_report(std::move(report))
    {
    }

    /// Reads the record of this job and reports it. Call it when the end of the job is stored, and that end
    /// leaves a dead letter (EndTrait).
    void add(const QByteArray &id);
    /// Tries again to report the kept jobs, when the store can be read.
    void retry();

private:
    JobStore &m_store;
    std::function<void(const JobRecord &)> m_report;
    std::vector<QByteArray> m_unread;
};

}  // namespace holdline
