// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QSet>

namespace holdline::monitor {

struct LiveState;

/// Merges several updates into one Changes for the views. A job that was created and removed between two
/// take() calls does not appear at all. Not thread-safe.
class ChangeGatherer
{
public:
    /// Call before a live job is added, replaced or removed. `isLive`: the job is live before this change.
    void job(const QByteArray &id, bool isLive);
    void ended(const JobPtr &row) { m_changes.ended.push_back(row); }
    void historyDropped();
    void lane(const QByteArray &account) { m_lanes.insert(account); }
    void callback(const CallbackRow &row) { m_changes.callbacks.push_back(row); }
    void callbackDropped();
    void deadLettersChanged() { m_changes.deadLetters = true; }
    void sampled() { m_changes.sampled = true; }
    void serviceChanged() { m_changes.service = true; }

    /// Returns the changes since the last take() or start(), with rows from `state`, and starts again.
    Changes take(const LiveState &state);
    /// Forgets all gathered changes, because the views are about to read all of `state` again.
    void start(const LiveState &state);

private:
    Changes m_changes;
    std::vector<QByteArray> m_jobs;       ///< changed jobs, in the order of their first change
    QHash<QByteArray, bool> m_knownLive;  ///< changed jobs: true when the views show the job as live
    QSet<QByteArray> m_lanes;
    // Rows that the views show and that are still in the history and in the ledger.
    std::size_t m_knownHistory = 0;
    std::size_t m_knownCallbacks = 0;
    // Rows that were added and dropped again before the views saw them.
    std::size_t m_endedUnseen = 0;
    std::size_t m_callbacksUnseen = 0;
};

}  // namespace holdline::monitor
