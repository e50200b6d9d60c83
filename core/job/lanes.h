// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QHash>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace holdline {

/// Names one job inside this process. A key is never used again. A younger job has a larger one.
using JobKey = std::uint64_t;

/// The queues of starts, one lane per account. The upstream serves one connection at a time per account,
/// so a lane lets a fixed number of starts (default 1) be in flight. Lanes take turns (round-robin). So a
/// long queue of one account delays a job of another account by one start at most.
///
/// A lane can be paused. A paused lane grants nothing and keeps its queue, and new jobs join that queue.
/// The pause belongs to the account: it stays when the lane becomes empty.
///
/// Pure bookkeeping without clock, timer or I/O. Each enqueue() is followed by exactly one grant() or
/// remove(), each grant() by exactly one endTurn(). The limits bound the memory.
class Lanes
{
public:
    struct Limits
    {
        int startsPerAccount = 1;
        int startsInFlight = 128;  ///< in all lanes together
        int laneLength = 1000;     ///< queued in one lane
        int queued = 100'000;      ///< queued in all lanes
        int accountShare =
            100;  ///< percent of the starts in all lanes that one lane may have, see isWithinShare()
        /// The limit of a lane that has one of its own, in place of startsPerAccount; 0 for a lane that has
        /// none. May be empty.
        std::function<int(const QByteArray &account)> startsOf{};
    };
    enum class Admission { Admitted, LaneFull, QueuesFull, OverShare };
    /// Accounts that can be paused at once.
    static constexpr int kMaxPaused = 1000;

    struct Grant
    {
        QByteArray account;
        JobKey job = 0;
    };

    explicit Lanes(const Limits &limits) : m_limits(limits) {}

    /// New limits apply to later calls. Jobs that are queued or in flight stay.
    void setLimits(const Limits &limits);

    /// What enqueue() would return for one more job.
    Admission check(const QByteArray &account) const;
    /// Puts a job at the end of its lane. The job must not be queued already.
    Admission enqueue(const QByteArray &account, JobKey job);
    /// Puts a job back into its lane for another try, before the first job that is younger. The limits do
    /// not apply.
    void enqueueAgain(const QByteArray &account, JobKey job);
    /// Removes a queued job. False when the job is not queued.
    bool remove(JobKey job);

    /// The next job that may start, by turns between lanes. A lane that has its share of the starts in flight
    /// is left out. Empty when no job may start.
    std::optional<Grant> grant();
    /// The start of a granted job is over. `took` is the duration of its turn, for the forecast.
    /// Leave it out when the duration says nothing about the pace of the upstream, for example after
    /// a refused connection.
    void endTurn(const QByteArray &account, std::optional<Duration> took);

    /// False when kMaxPaused accounts are paused already. A paused account may be paused again.
    bool pause(const QByteArray &account);
    /// False when the account was not paused.
    bool resume(const QByteArray &account);
    bool isPaused(const QByteArray &account) const { return !m_paused.empty() && m_paused.contains(account); }

    /// Forecast: how long a job at the end of this lane would wait for its start. Empty before the
    /// first measured start, and for a paused lane.
    std::optional<Duration> expectedWait(const QByteArray &account) const;
    /// Smoothed duration of one turn in this lane. Falls back to the average of all lanes.
    std::optional<Duration> turnTime(const QByteArray &account) const;

    int queued(const QByteArray &account) const;
    int inFlight(const QByteArray &account) const;
    int totalQueued() const { return static_cast<int>(m_positions.size()); }
    int totalInFlight() const { return m_inFlight; }
    int laneCount() const { return static_cast<int>(m_lanes.size()); }
    /// True when the account has queued jobs or starts in flight.
    bool hasLane(const QByteArray &account) const { return findLane(account) != nullptr; }
    /// All accounts that have a lane or are paused, in no order.
    std::vector<QByteArray> accounts() const;

private:
    struct Lane
    {
        QByteArray account;
        std::list<JobKey> queue;
        int inFlight = 0;
        int starts = 1;  ///< that may be in flight
        std::optional<Duration> turnTime;
        bool paused = false;
        bool inRing = false;
        std::list<Lane *>::iterator ringPosition;
    };
    /// Seeded per process, because account names come from outside and an attacker could choose names
    /// that collide.
    struct AccountHash
    {
        std::size_t operator()(const QByteArray &account) const
        {
            return qHash(account, QHashSeed::globalSeed());
        }
    };
    struct QueuePosition
    {
        Lane *lane;
        std::list<JobKey>::iterator at;
    };

    int startsOf(const QByteArray &account) const;
    Lane &laneOf(const QByteArray &account);
    const Lane *findLane(const QByteArray &account) const;
    bool mayStart(const Lane &lane) const;
    void updateRing(Lane &lane);
    void dropIfIdle(Lane &lane);
    void setPaused(const QByteArray &account, bool paused);

    Limits m_limits;
    std::unordered_map<QByteArray, Lane, AccountHash> m_lanes;  ///< node-based: a lane's address is stable
    std::unordered_set<QByteArray, AccountHash> m_paused;
    std::unordered_map<JobKey, QueuePosition> m_positions;
    std::list<Lane *> m_ring;  ///< lanes that may start, the next one first
    std::optional<Duration> m_turnTime;
    int m_inFlight = 0;
};

}  // namespace holdline
