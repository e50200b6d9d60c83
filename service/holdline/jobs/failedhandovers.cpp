// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/failedhandovers.h"

#include <utility>

namespace holdline {

void FailedHandOvers::add(const QByteArray &id)
{
    m_store.find(id, [this, id](const std::optional<JobRecord> &failed) {
        if (failed)
            m_report(*failed);
        else if (!m_store.isAvailable() && m_unread.size() < kMost)
            m_unread.push_back(id);
    });
}

void FailedHandOvers::retry()
{
    if (!m_store.isAvailable())
        return;
    for (const QByteArray &id : std::exchange(m_unread, {}))
        add(id);
}

}  // namespace holdline
