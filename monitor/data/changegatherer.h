// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QSet>

namespace holdline::monitor {

struct LiveState;

/// Puts together what several updates came to, for views that know how things stood before the first of
/// them: a job that came and went in between is not told at all. One thread.
class ChangeGatherer
{
public:
    /// The job is about to become another, to come or to go.
    void job(const QByteArray &id, bool isLive);
    void ended(const JobPtr &row) { m_changes.ended.push_back(row); }
    void historyDropped();
    void lane(const QByteArray &account) { m_lanes.insert(account); }
    void callback(const CallbackRow &row) { m_changes.callbacks.push_back(row); }
    void callbackDropped();
    void deadLettersChanged() { m_changes.letters = true; }
    void sampled() { m_changes.sampled = true; }
    void serviceChanged() { m_changes.service = true; }

    /// What it came to, as things stand in `state`; the views know it from here on.
    Changes take(const LiveState &state);
    /// The views read everything in `state` anew.
    void start(const LiveState &state);

private:
    Changes m_changes;
    std::vector<QByteArray> m_jobs;  ///< in the order they were touched
    QHash<QByteArray, bool> m_knownLive;
    QSet<QByteArray> m_lanes;
    /// Of the history and the ledger: what the views know of that is still there, and what came and went
    /// since.
    std::size_t m_knownHistory = 0;
    std::size_t m_knownCallbacks = 0;
    std::size_t m_endedUnseen = 0;
    std::size_t m_callbacksUnseen = 0;
};

}  // namespace holdline::monitor
