// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitorfeed.h"

#include "service/holdline/monitorfeed/monitorrows.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdline::monitor {

namespace {

constexpr std::size_t kSortDirtyAtLeast = 8'192;

template <typename Row>
void appendTo(std::vector<Row> &rows, std::vector<Row> &&later)
{
    if (rows.empty())
        rows = std::move(later);
    else
        rows.insert(rows.end(), std::move_iterator(later.begin()), std::move_iterator(later.end()));
}

}  // namespace

void FeedBatch::append(FeedBatch &&later)
{
    appendTo(jobs, std::move(later.jobs));
    appendTo(ended, std::move(later.ended));
    appendTo(gone, std::move(later.gone));
    appendTo(lanes, std::move(later.lanes));
    appendTo(lanesGone, std::move(later.lanesGone));
    appendTo(callbacks, std::move(later.callbacks));
    endedOmitted += later.endedOmitted;
    callbacksOmitted += later.callbacksOmitted;
}

bool FeedBatch::isEmpty() const
{
    return jobs.empty() && ended.empty() && gone.empty() && lanes.empty() && lanesGone.empty() &&
           callbacks.empty() && endedOmitted == 0 && callbacksOmitted == 0;
}

MonitorFeed::MonitorFeed(const JobCoordinator &coordinator, QObject *parent)
    : QObject(parent), m_coordinator(coordinator)
{
}

FeedBatch MonitorFeed::begin()
{
    if (!std::exchange(m_active, true)) {
        connect(&m_coordinator, &JobCoordinator::jobChanged, this, &MonitorFeed::onJobChanged);
        connect(&m_coordinator, &JobCoordinator::jobEnded, this, &MonitorFeed::onJobEnded);
        connect(&m_coordinator, &JobCoordinator::callbackEntered, this, &MonitorFeed::onCallback);
    }
    forget();
    m_dirty = m_coordinator.jobs().heldKeys();
    for (const QByteArray &account : m_coordinator.lanes().accounts())
        m_lanesTouched.insert(account);
    for (const Job *job : m_coordinator.jobs().lastRetained(kRecent))
        m_ended.push_back(rowOf(*job));
    FeedBatch batch = collect(Scope::JobsAndLanes);
    const auto &ledger = m_coordinator.ledger().entries();
    for (auto it = ledger.end() - std::min<std::ptrdiff_t>(kRecent, std::ssize(ledger)); it != ledger.end();
         ++it)
        batch.callbacks.push_back(rowOf(*it));
    return batch;
}

void MonitorFeed::end()
{
    if (!std::exchange(m_active, false))
        return;
    m_coordinator.disconnect(this);
    forget();
}

void MonitorFeed::forget()
{
    m_announced = false;
    m_dirty = {};
    m_sortDirtyAt = kSortDirtyAtLeast;
    m_reportedUpTo = 0;
    m_ended = {};
    m_gone = {};
    m_endedOmitted = 0;
    m_lanesTouched.clear();
    m_lanesReported.clear();
    m_matched = {};
    m_others = {};
    m_callbacksSeen = 0;
}

void MonitorFeed::announce()
{
    if (!std::exchange(m_announced, true))
        Q_EMIT waiting();
}

void MonitorFeed::onJobChanged(const Job &job)
{
    if (job.isSettled()) {
        // The ended job is already in m_ended. This change is the end of its start request, which frees a
        // place in the lane.
        m_lanesTouched.insert(job.account);
        return;
    }
    if (m_dirty.size() >= m_sortDirtyAt) {
        sortDirty();
        m_sortDirtyAt = std::max(kSortDirtyAtLeast, 2 * m_dirty.size());
    }
    m_dirty.push_back(job.key);
    announce();
}

void MonitorFeed::onJobEnded(const Job &job)
{
    if (m_ended.size() < kMaxEnded) {
        m_ended.push_back(rowOf(job));
    } else {
        ++m_endedOmitted;
        m_lanesTouched.insert(job.account);
        if (job.key <= m_reportedUpTo)
            m_gone.push_back(rowOf(job).id);
    }
    announce();
}

void MonitorFeed::onCallback(CallbackOutcome outcome)
{
    ++m_callbacksSeen;
    auto &rows = outcome == CallbackOutcome::Matched ? m_matched : m_others;
    if (rows.size() < kMaxCallbacks)
        rows.push_back({m_callbacksSeen, rowOf(m_coordinator.ledger().entries().back())});
    announce();
}

void MonitorFeed::laneChanged(const QByteArray &account)
{
    if (m_active)
        m_lanesTouched.insert(account);
}

FeedBatch MonitorFeed::collect(Scope scope)
{
    FeedBatch batch;
    m_announced = false;
    takeJobs(batch);
    takeCallbacks(batch);
    if (scope == Scope::JobsAndLanes)
        takeLanes(batch);
    return batch;
}

/// Sorts the keys in m_dirty, removes duplicates and removes ended jobs. So m_dirty has at most one key for
/// each held job.
void MonitorFeed::sortDirty()
{
    std::sort(m_dirty.begin(), m_dirty.end());
    m_dirty.erase(std::unique(m_dirty.begin(), m_dirty.end()), m_dirty.end());
    std::erase_if(m_dirty, [this](JobKey key) {
        const Job *job = m_coordinator.jobs().find(key);
        return !job || job->isSettled();
    });
}

void MonitorFeed::takeJobs(FeedBatch &batch)
{
    sortDirty();
    batch.jobs.reserve(m_dirty.size());
    for (const JobKey key : m_dirty) {
        const Job &job = *m_coordinator.jobs().find(key);
        batch.jobs.push_back(rowOf(job, m_coordinator));
        m_lanesTouched.insert(job.account);
    }
    if (!m_dirty.empty())
        m_reportedUpTo = std::max(m_reportedUpTo, m_dirty.back());
    m_dirty.clear();
    // rowText() does not change an account, so the row has the account itself.
    for (const JobRow &row : m_ended)
        m_lanesTouched.insert(row.account);
    batch.ended = std::exchange(m_ended, {});
    batch.gone = std::exchange(m_gone, {});
    batch.endedOmitted = std::exchange(m_endedOmitted, 0);
}

void MonitorFeed::takeLanes(FeedBatch &batch)
{
    const Lanes &lanes = m_coordinator.lanes();
    for (const QByteArray &account : m_lanesTouched) {
        if (lanes.hasLane(account) || lanes.isPaused(account)) {
            batch.lanes.push_back(rowOf(m_coordinator, account));
            m_lanesReported.insert(account);
        } else if (m_lanesReported.erase(account) > 0) {
            batch.lanesGone.push_back(account);
        }
    }
    m_lanesTouched.clear();
}

void MonitorFeed::takeCallbacks(FeedBatch &batch)
{
    m_matched.resize(std::min(m_matched.size(), kMaxCallbacks - m_others.size()));
    std::vector<NumberedCallback> merged;
    std::merge(std::move_iterator(m_others.begin()), std::move_iterator(m_others.end()),
               std::move_iterator(m_matched.begin()), std::move_iterator(m_matched.end()),
               std::back_inserter(merged),
               [](const NumberedCallback &a, const NumberedCallback &b) { return a.number < b.number; });
    batch.callbacks.reserve(merged.size());
    for (NumberedCallback &callback : merged)
        batch.callbacks.push_back(std::move(callback.row));
    batch.callbacksOmitted = m_callbacksSeen - merged.size();
    m_callbacksSeen = 0;
    m_matched.clear();
    m_others.clear();
}

}  // namespace holdline::monitor
