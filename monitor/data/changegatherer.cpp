// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/changegatherer.h"

#include <utility>

namespace holdline::monitor {

bool Changes::isEmpty() const
{
    return added.empty() && changed.empty() && removed.empty() && ended.empty() && historyDropped == 0 &&
           lanes.empty() && lanesGone.empty() && callbacks.empty() && callbacksDropped == 0 && !deadLetters &&
           !sampled && !service;
}

void ChangeGatherer::job(const QByteArray &id, bool isLive)
{
    if (m_knownLive.contains(id))
        return;
    m_knownLive.insert(id, isLive);
    m_jobs.push_back(id);
}

void ChangeGatherer::historyDropped()
{
    if (m_knownHistory > 0) {
        --m_knownHistory;
        ++m_changes.historyDropped;
    } else {
        ++m_endedUnseen;
    }
}

void ChangeGatherer::callbackDropped()
{
    if (m_knownCallbacks > 0) {
        --m_knownCallbacks;
        ++m_changes.callbacksDropped;
    } else {
        ++m_callbacksUnseen;
    }
}

Changes ChangeGatherer::take(const LiveState &state)
{
    for (const QByteArray &id : m_jobs) {
        const bool wasLive = m_knownLive.value(id);
        const JobPtr row = state.jobs.value(id);
        if (row)
            (wasLive ? m_changes.changed : m_changes.added).push_back(row);
        else if (wasLive)
            m_changes.removed.push_back(id);
    }
    for (const QByteArray &account : std::as_const(m_lanes)) {
        const auto lane = state.lanes.constFind(account);
        if (lane != state.lanes.cend())
            m_changes.lanes.push_back(*lane);
        else
            m_changes.lanesGone.push_back(account);
    }
    const auto forget = [](auto &rows, std::size_t count) {
        rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
    };
    forget(m_changes.ended, m_endedUnseen);
    forget(m_changes.callbacks, m_callbacksUnseen);
    Changes changes = std::exchange(m_changes, {});
    start(state);
    return changes;
}

void ChangeGatherer::start(const LiveState &state)
{
    *this = {};
    m_knownHistory = state.history.size();
    m_knownCallbacks = state.callbacks.size();
}

}  // namespace holdline::monitor
