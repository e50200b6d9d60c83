// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "service/holdline/jobs/jobcoordinator.h"

#include <QObject>

#include <unordered_set>
#include <vector>

namespace holdline::monitor {

/// The changes of one shard or of several, for the monitor. Plain data, which may move to another thread.
struct FeedBatch
{
    std::vector<JobRow> jobs;      ///< running jobs, new or changed
    std::vector<JobRow> ended;     ///< ended jobs, oldest first
    std::vector<QByteArray> gone;  ///< ids of reported jobs that ended without a row in `ended`
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;  ///< accounts whose lane no longer exists
    std::vector<CallbackRow> callbacks;
    std::uint64_t endedOmitted = 0;      ///< ended jobs without a row
    std::uint64_t callbacksOmitted = 0;  ///< callbacks without a row

    /// Appends later changes.
    void append(FeedBatch &&later);
    bool isEmpty() const;
};

/// Collects the changes of one shard for the monitor. A job that changes five times between two collections
/// is reported once, with its last state. A job that starts and ends in between is reported only as ended.
/// Without observers (connected monitors) the feed is disconnected from the coordinator and costs nothing.
///
/// The number of held requests and the limits below bound the feed's memory. Lifetime: the JobCoordinator
/// must outlive the feed. Thread: the shard's.
class MonitorFeed : public QObject
{
    Q_OBJECT

public:
    /// The most ended jobs in one collection. Further ended jobs are only counted.
    static constexpr std::size_t kMaxEnded = 4'000;
    /// The most callbacks in one collection. Unmatched callbacks are preferred. Further callbacks are only
    /// counted.
    static constexpr std::size_t kMaxCallbacks = 500;
    /// begin() reports at most this many ended jobs and this many callbacks from the past.
    static constexpr int kRecent = 1'000;

    explicit MonitorFeed(const JobCoordinator &coordinator, QObject *parent = nullptr);

    /// Starts collecting. Returns all running jobs, all lanes, and the recent ended jobs and callbacks.
    FeedBatch begin();
    /// Stops collecting and drops the collected changes.
    void end();
    bool isActive() const { return m_active; }

    enum class Scope { Jobs, JobsAndLanes };
    /// Returns the changes since the last call. Includes lanes only when `scope` asks for them.
    FeedBatch collect(Scope scope);
    /// Reports that the lane of this account was paused or resumed.
    void laneChanged(const QByteArray &account);

Q_SIGNALS:
    /// Emitted at the first change of a job, or the first callback, since begin() or collect().
    void waiting();

private:
    void onJobChanged(const Job &job);
    void onJobEnded(const Job &job);
    void onCallback(CallbackOutcome outcome);
    void announce();
    void sortDirty();
    void takeJobs(FeedBatch &batch);
    void takeLanes(FeedBatch &batch);
    void takeCallbacks(FeedBatch &batch);
    void forget();

    struct NumberedCallback
    {
        std::uint64_t number = 0;
        CallbackRow row;
    };
    struct AccountHash
    {
        std::size_t operator()(const QByteArray &account) const
        {
            return qHash(account, QHashSeed::globalSeed());
        }
    };
    using Accounts = std::unordered_set<QByteArray, AccountHash>;

    const JobCoordinator &m_coordinator;
    bool m_active = false;
    bool m_announced = false;
    std::vector<JobKey> m_dirty;  ///< keys of changed jobs; may contain a key several times
    std::size_t m_sortDirtyAt = 0;
    /// Running jobs up to this key were reported. Keys grow, and each new job is added to m_dirty at once.
    JobKey m_reportedUpTo = 0;
    std::vector<JobRow> m_ended;
    std::vector<QByteArray> m_gone;
    std::uint64_t m_endedOmitted = 0;
    Accounts m_lanesTouched;
    Accounts m_lanesReported;
    std::vector<NumberedCallback> m_matched;
    std::vector<NumberedCallback> m_others;
    std::uint64_t m_callbacksSeen = 0;
};

}  // namespace holdline::monitor
