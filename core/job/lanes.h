// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QHash>

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace holdline {

/// Names one job inside this process; never used again.
using JobKey = std::uint64_t;

/// The queues of starts, one lane per account. The upstream serves an account's connections one at a time, so
/// a lane lets a fixed number of starts (one by default) be in flight; lanes that may start take turns
/// (round-robin), so that one account's long queue delays another account's job by one start at most.
///
/// A lane can be paused: it grants nothing, what is queued stays and what comes is queued behind it. Being
/// paused belongs to the account and outlives the lane's being empty.
///
/// Pure bookkeeping: no clock, no timer, no I/O. Each enqueue() is followed by exactly one of grant() or
/// remove(), each grant() by exactly one endTurn(). Memory is bounded by the limits.
class Lanes
{
public:
    struct Limits
    {
        int startsPerAccount = 1;
        int startsInFlight = 128;  ///< all lanes together
        int laneLength = 1000;     ///< queued in one lane
        int queued = 100'000;      ///< queued in all lanes
    };
    enum class Admission { Admitted, LaneFull, QueuesFull };
    /// Accounts that can be paused at once.
    static constexpr int kMaxPaused = 1000;

    struct Grant
    {
        QByteArray account;
        JobKey job = 0;
    };

    explicit Lanes(const Limits &limits) : m_limits(limits) {}

    /// New limits apply to what comes; nothing that is queued or in flight is thrown out.
    void setLimits(const Limits &limits);

    /// Whether enqueue() would admit one more.
    Admission check(const QByteArray &account) const;
    /// Puts a job at the end of its lane. `job` must not be queued already.
    Admission enqueue(const QByteArray &account, JobKey job);
    /// Puts a job that was granted before at the head of its lane, for another try; not subject to limits.
    void enqueueFirst(const QByteArray &account, JobKey job);
    /// Takes a queued job out; false when it is not queued.
    bool remove(JobKey job);

    /// The next job that may start, taking turns between lanes; nothing when none may.
    std::optional<Grant> grant();
    /// The start of a granted job is over. `took` is how long its turn lasted, for the forecast; leave it out
    /// when the time says nothing about the upstream's pace (e.g. the connection was refused).
    void endTurn(const QByteArray &account, std::optional<Duration> took);

    /// False when too many accounts are paused already. One that is paused may be paused again.
    bool pause(const QByteArray &account);
    /// False when it was not paused.
    bool resume(const QByteArray &account);
    bool isPaused(const QByteArray &account) const { return !m_paused.empty() && m_paused.contains(account); }

    /// How long a job put at the end of this lane now would wait for its start, as far as measurements tell;
    /// nothing while no start was measured, and in a paused lane.
    std::optional<Duration> expectedWait(const QByteArray &account) const;
    /// Smoothed duration of one turn in this lane, or of all lanes where this one has none measured.
    std::optional<Duration> turnTime(const QByteArray &account) const;

    int queued(const QByteArray &account) const;
    int inFlight(const QByteArray &account) const;
    int totalQueued() const { return static_cast<int>(m_places.size()); }
    int totalInFlight() const { return m_inFlight; }
    int laneCount() const { return static_cast<int>(m_lanes.size()); }
    /// Something is queued or in flight there.
    bool hasLane(const QByteArray &account) const { return findLane(account) != nullptr; }
    /// All that have a lane or are paused, in no order.
    std::vector<QByteArray> accounts() const;

private:
    struct Lane
    {
        QByteArray account;
        std::list<JobKey> queue;
        int inFlight = 0;
        std::optional<Duration> turnTime;
        bool paused = false;
        bool inRing = false;
        std::list<Lane *>::iterator ringPlace;
    };
    /// Seeded per process: account names come from outside, and must not be chosen to collide.
    struct AccountHash
    {
        std::size_t operator()(const QByteArray &account) const
        {
            return qHash(account, QHashSeed::globalSeed());
        }
    };
    struct Place
    {
        Lane *lane;
        std::list<JobKey>::iterator at;
    };

    Lane &laneOf(const QByteArray &account);
    const Lane *findLane(const QByteArray &account) const;
    bool mayStart(const Lane &lane) const;
    void updateRing(Lane &lane);
    void dropIfIdle(Lane &lane);
    void setPaused(const QByteArray &account, bool paused);

    Limits m_limits;
    std::unordered_map<QByteArray, Lane, AccountHash> m_lanes;  ///< node-based: a lane's address is stable
    std::unordered_set<QByteArray, AccountHash> m_paused;
    std::unordered_map<JobKey, Place> m_places;
    std::list<Lane *> m_ring;  ///< lanes that may start, next one first
    std::optional<Duration> m_turnTime;
    int m_inFlight = 0;
};

}  // namespace holdline
