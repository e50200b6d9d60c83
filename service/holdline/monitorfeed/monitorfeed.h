// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "service/holdline/jobs/jobcoordinator.h"

#include <QObject>

#include <unordered_set>
#include <vector>

namespace holdline::monitor {

/// What changed in one shard, or in several. Plain data that may go to another thread.
struct FeedBatch
{
    std::vector<JobRow> jobs;   ///< live ones, new or changed
    std::vector<JobRow> ended;  ///< oldest first
    std::vector<QByteArray> gone;
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;
    std::vector<CallbackRow> callbacks;
    std::uint64_t endedOmitted = 0;
    std::uint64_t callbacksOmitted = 0;

    /// Puts what came later behind this.
    void append(FeedBatch &&later);
    bool isEmpty() const;
};

/// Gathers what changes in one shard for those who watch it. A job that changes five times between two
/// collections is told once, as it stands then; one that is born and ends in between only as ended. While
/// nobody watches it is not connected to anything and costs nothing.
///
/// What it gathers is bounded: by the requests held, and by the limits below for what has ended. Life: the
/// JobCoordinator must outlive it. Thread: the shard's.
class MonitorFeed : public QObject
{
    Q_OBJECT

public:
    /// Ended jobs told in one collection; more are counted.
    static constexpr std::size_t kMaxEnded = 4'000;
    /// Callbacks told in one collection, those that did not match first; more are counted.
    static constexpr std::size_t kMaxCallbacks = 500;
    /// Of ended jobs, and of callbacks: how many of the past begin() tells.
    static constexpr int kRecent = 1'000;

    explicit MonitorFeed(const JobCoordinator &coordinator, QObject *parent = nullptr);

    /// From now on somebody watches: all there is, and what ended lately.
    FeedBatch begin();
    void end();
    bool isActive() const { return m_active; }

    enum class Scope { Jobs, JobsAndLanes };
    /// What changed since it was asked last; lanes only where they are asked for.
    FeedBatch collect(Scope scope);
    /// Its lane was paused or resumed.
    void laneChanged(const QByteArray &account);

Q_SIGNALS:
    /// The first change of a job, or the first callback, since begin() or collect().
    void waiting();

private:
    void onJobChanged(const Job &job);
    void onJobEnded(const Job &job);
    void onCallback(CallbackOutcome word);
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
    std::vector<JobKey> m_dirty;  ///< with repetitions
    std::size_t m_sortDirtyAt = 0;
    /// Keys grow, and each new job is dirty at once: those up to here were told as live.
    JobKey m_toldUpTo = 0;
    std::vector<JobRow> m_ended;
    std::vector<QByteArray> m_gone;
    std::uint64_t m_endedOmitted = 0;
    Accounts m_lanesTouched;
    Accounts m_lanesTold;
    std::vector<NumberedCallback> m_matched;
    std::vector<NumberedCallback> m_others;
    std::uint64_t m_callbacksSeen = 0;
};

}  // namespace holdline::monitor
