// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <vector>

namespace holdline {

/// Reports handed-over jobs that failed, with their stored requests. While the store cannot be read, it
/// remembers them, up to kMost.
///
/// Life: the store must outlive it, and `report` must stay callable. Thread: one.
class FailedHandOvers
{
public:
    static constexpr std::size_t kMost = 10'000;

    FailedHandOvers(JobStore &store, std::function<void(const JobRecord &)> report)
        : m_store(store), m_report(std::move(report))
    {
    }

    /// The end of this job is stored, and it leaves a dead letter (EndTrait).
    void add(const QByteArray &id);
    /// Tries the remembered ones again when the store can be read.
    void retry();

private:
    JobStore &m_store;
    std::function<void(const JobRecord &)> m_report;
    std::vector<QByteArray> m_unread;
};

}  // namespace holdline
