// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livestate.h"

#include <QSet>

namespace holdline::monitor {

/// What one batch of updates changed. An id is in at most one of `added`, `changed` and `removed`.
struct Changes
{
    std::vector<JobPtr> added;        ///< new live jobs
    std::vector<JobPtr> changed;      ///< live jobs with a new row
    std::vector<QByteArray> removed;  ///< ids of jobs no longer live; `ended` has the row if it was sent
    std::vector<JobPtr> ended;        ///< new rows of the history, oldest first
    std::size_t historyDropped = 0;   ///< number of the oldest rows that the history dropped
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;
    std::vector<CallbackRow> callbacks;
    std::size_t callbacksDropped = 0;
    bool deadLetters = false;
    bool sampled = false;
    bool service = false;

    bool isEmpty() const;
};

/// Merges several updates into one Changes for the views. A job that was created and removed between two
/// take() calls does not appear at all. Not thread-safe.
class ChangeGatherer
{
public:
    /// Records the change of a job. Call it before a live job is added, replaced or removed. `isLive` says
    /// whether the job is live before this change.
    void job(const QByteArray &id, bool isLive);
    void ended(const JobPtr &row) { m_changes.ended.push_back(row); }
    void historyDropped();
    void lane(const QByteArray &account) { m_lanes.insert(account); }
    void callback(const CallbackRow &row) { m_changes.callbacks.push_back(row); }
    void callbackDropped();
    void deadLettersChanged() { m_changes.deadLetters = true; }
    void sampled() { m_changes.sampled = true; }
    void serviceChanged() { m_changes.service = true; }

    /// Returns the changes since the last take() or start(), with the rows that `state` has now. Then starts
    /// to gather anew.
    Changes take(const LiveState &state);
    /// Forgets all gathered changes, because the views are about to read all of `state` again.
    void start(const LiveState &state);

private:
    Changes m_changes;
    std::vector<QByteArray> m_jobs;       ///< changed jobs, in the order of their first change
    QHash<QByteArray, bool> m_knownLive;  ///< changed jobs: true when the views show the job as live
    QSet<QByteArray> m_lanes;
    // Numbers of rows that the views show and that are still in the history and in the ledger.
    std::size_t m_knownHistory = 0;
    std::size_t m_knownCallbacks = 0;
    // Numbers of rows that were added and dropped again before the views saw them.
    std::size_t m_endedUnseen = 0;
    std::size_t m_callbacksUnseen = 0;
};

}  // namespace holdline::monitor
