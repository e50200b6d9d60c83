// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/laneforecast.h"

#include <QByteArray>
#include <QHash>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace holdline {

/// Identifies one job within this process. A key is never reused. A job that is made later has a larger key.
using JobKey = std::uint64_t;

/// The queues of jobs that wait for their start request, one queue (lane) per account. The upstream serves
/// one connection at a time per account, so a lane limits its start requests in flight (default 1). grant()
/// serves the lanes round-robin. So a long queue of one account delays a job of another account by at most
/// one start request. A granted job has a **turn** until endTurn(), i.e. while its start request is stored,
/// sent and answered.
///
/// A lane can be paused. A paused lane grants nothing. Its jobs stay queued, and new jobs can be added. The
/// pause belongs to the account, so it stays when the lane becomes empty.
///
/// Lanes of routes have further limits. A job that runs, or may run, holds a **place** until it ends, and the
/// number of places of a lane is limited. A job that holds a place and waits for another start request is
/// granted before the others, so that it does not wait for its own place. A lane with a rate is kept without
/// jobs while its start requests count for the rate; at most kMostIdle such lanes are kept.
///
/// No clock, timer or I/O. The caller must follow each enqueue() by exactly one grant() or remove(), and each
/// grant() by exactly one endTurn(). The limits bound the memory. Not thread-safe.
class Lanes
{
public:
    struct Limits
    {
        int startsPerAccount = 1;  ///< start requests in flight in one lane
        int startsInFlight = 128;  ///< start requests in flight in all lanes together
        int laneLength = 1000;     ///< queued jobs in one lane
        int queued = 100'000;      ///< queued jobs in all lanes together
        int accountShare =
            100;  ///< percent of `queued` and `startsInFlight` for one lane, see isWithinShare()
        /// Returns the rules of an account's lane; empty for a lane that belongs to no route. Without this
        /// function no lane has rules.
        std::function<std::optional<LaneRules>(const QByteArray &account)> rulesOf{};
        int upstreams = 1;  ///< number of upstreams
        /// Percent of `startsInFlight` for one upstream (see isWithinShare()), so that an upstream that hangs
        /// does not use up the start requests of the others.
        int upstreamShare = 100;
    };
    enum class Admission { Admitted, LaneFull, QueuesFull, OverShare };
    /// Largest number of accounts that are paused at once.
    static constexpr int kMaxPaused = 1000;
    /// Largest number of lanes that are kept without jobs, because of their rate.
    static constexpr std::size_t kMostIdle = 10'000;

    struct Grant
    {
        QByteArray account;
        JobKey job = 0;
    };
    /// Returns whether start requests may be sent to the upstream with this index now.
    using UpstreamFilter = std::function<bool(int upstream)>;

    explicit Lanes(const Limits &limits);

    /// The new limits apply to later calls. Jobs that are queued, in flight or running stay.
    void setLimits(const Limits &limits);

    /// Returns what enqueue() would return for one more job.
    Admission check(const QByteArray &account) const;
    /// Puts a job at the end of its lane, if the limits allow it. The job must not be queued already.
    Admission enqueue(const QByteArray &account, JobKey job);
    /// Puts a job back into its lane for a retry. In the lane, jobs that hold a place come first, then older
    /// jobs before younger ones. The limits do not apply.
    void enqueueAgain(const QByteArray &account, JobKey job);
    /// Removes a queued job. Returns false when the job is not queued.
    bool remove(JobKey job);

    /// Takes the next job that may start from its lane, round-robin over the lanes, and returns it. Leaves
    /// out lanes that have their share of the start requests in flight, and lanes of an upstream for which
    /// `isOpen` returns false. Empty when no job may start. `now` is used for rates, and must never go back.
    std::optional<Grant> grant(TimePoint now = {}, const UpstreamFilter &isOpen = {});
    /// Ends the turn of a granted job of the account. `took` is the duration of the turn, for forecasts. Pass
    /// nothing when the duration does not show how fast the upstream is, for example after a refused
    /// connection.
    void endTurn(const QByteArray &account, std::optional<Duration> took);
    /// Returns when the rate of a lane allows the next start request, so that grant() should be called again.
    /// Empty when no lane waits only for its rate.
    std::optional<TimePoint> nextGrant() const;
    /// Returns whether a lane of this upstream has a job that may start now.
    bool isReady(int upstream) const { return !m_rings[static_cast<std::size_t>(upstream)].empty(); }

    // The following functions are for lanes of routes. They do nothing for other lanes.

    /// Gives the job a place in the lane, or takes its place away. The limit is not checked. When a
    /// granted job takes a place, call this function directly after grant(). Returns whether something has
    /// changed.
    bool setPlace(const QByteArray &account, JobKey job, bool holds);
    /// A granted start request is sent now, so it counts for the rate.
    void startLeft(const QByteArray &account, TimePoint now);
    /// A granted start request will not be sent, so it does not count for the rate.
    void startDropped(const QByteArray &account);
    /// The start request sent at the time `left` certainly did not reach the upstream, so it does not count
    /// any more.
    void takeBackStart(const QByteArray &account, TimePoint left);
    /// Adds a start request that an earlier process sent at the time `left`.
    void addEarlierStart(const QByteArray &account, TimePoint left, TimePoint now);

    /// Pauses the lane of the account. Returns false when kMaxPaused other accounts are paused already.
    bool pause(const QByteArray &account);
    /// Ends the pause. Returns false when the account was not paused.
    bool resume(const QByteArray &account);
    bool isPaused(const QByteArray &account) const { return !m_paused.empty() && m_paused.contains(account); }

    /// Returns the state of the lane, and how long one more job would wait. `jobTime` is how long a job holds
    /// its place. When empty, the limit of running jobs is left out of the forecast.
    LaneForecast forecast(const QByteArray &account, TimePoint now, std::optional<Duration> jobTime) const;

    /// Number of queued jobs in this lane.
    int queued(const QByteArray &account) const;
    int totalQueued() const { return static_cast<int>(m_positions.size()); }
    int totalInFlight() const { return m_inFlight; }
    int laneCount() const { return static_cast<int>(m_lanes.size() - m_idle.size()); }
    /// Returns whether the account has queued jobs, start requests in flight or jobs that hold a place.
    bool hasLane(const QByteArray &account) const;
    /// Returns all accounts that have a lane or are paused, unsorted.
    std::vector<QByteArray> accounts() const;

private:
    /// Whether a lane may start a job. Out: no, because of its queue, a limit or a pause. Ready: yes, the
    /// lane is in its ring. Resting: not before Ruled::restsUntil, because of its rate.
    enum class Stand : std::uint8_t { Out, Ready, Resting };
    struct Lane;
    using Ring = std::list<Lane *>;
    /// The rules of a lane of a route, and the state that the rules need.
    struct Ruled
    {
        LaneRules rules;
        std::unordered_set<JobKey> places;
        StartWindow window;
        TimePoint restsUntil{};                ///< meaningful while the lane is Resting
        std::optional<TimePoint> idleUntil{};  ///< set while the lane is in m_idle
    };
    struct Lane
    {
        QByteArray account;
        std::list<JobKey> queue;
        int inFlight = 0;
        int starts = 1;  ///< start requests that may be in flight
        std::optional<Duration> turnTime;
        bool paused = false;
        Stand stand = Stand::Out;
        std::uint64_t turn = 0;  ///< while Ready: the lane with the smallest number is next
        Ring::iterator ringPosition;
        std::unique_ptr<Ruled> ruled;  ///< null for a lane that belongs to no route

        std::size_t upstream() const { return ruled ? static_cast<std::size_t>(ruled->rules.upstream) : 0; }
        bool hasPlace(JobKey job) const { return ruled && ruled->places.contains(job); }
        bool isBusy() const { return !queue.empty() || inFlight > 0 || (ruled && !ruled->places.empty()); }
    };
    /// Uses a random seed per process. Account names come from outside, and without a seed an attacker could
    /// choose names with the same hash.
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
    using TimedLanes = std::set<std::pair<TimePoint, Lane *>>;

    std::optional<LaneRules> rulesOf(const QByteArray &account) const;
    void applyRules(Lane &lane);
    Lane &laneOf(const QByteArray &account);
    Lane *findLane(const QByteArray &account);
    const Lane *findLane(const QByteArray &account) const;
    Lane *findRuled(const QByteArray &account);
    void insert(Lane &lane, std::list<JobKey>::iterator at, JobKey job);
    std::list<JobKey>::iterator placeAmongQueued(Lane &lane, JobKey job);
    bool mayStart(const Lane &lane) const;
    void updateStand(Lane &lane);
    void changed(Lane &lane);
    void takeOut(Lane &lane);
    void setIdle(Lane &lane, std::optional<TimePoint> until);
    void erase(Lane &lane);
    void passTime(TimePoint now);
    Lane *nextReady(const UpstreamFilter &isOpen) const;
    void setPaused(const QByteArray &account, bool paused);

    Limits m_limits;
    std::unordered_map<QByteArray, Lane, AccountHash> m_lanes;  ///< pointers to its lanes stay valid
    std::unordered_set<QByteArray, AccountHash> m_paused;
    std::unordered_map<JobKey, QueuePosition> m_positions;
    std::vector<Ring> m_rings;  ///< by upstream: lanes that may start, in the order of Lane::turn
    TimedLanes m_resting;       ///< lanes that wait only for their rate, by Ruled::restsUntil
    TimedLanes m_idle;          ///< lanes without jobs that are kept for their rate, by Ruled::idleUntil
    std::uint64_t m_lastTurn = 0;
    TimePoint m_now{};
    std::optional<Duration> m_turnTime;  ///< smoothed duration of a turn in all lanes
    int m_inFlight = 0;                  ///< jobs with a turn in all lanes
    std::vector<int> m_inFlightOf;       ///< jobs with a turn, by upstream
};

}  // namespace holdline
