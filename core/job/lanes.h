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

/// Names one job inside this process. A key is never used again. A younger job has a larger one.
using JobKey = std::uint64_t;

/// The queues of starts, one lane per account. The upstream serves one connection at a time per account,
/// so a lane lets a fixed number of starts (default 1) be in flight. Lanes take turns (round-robin). So a
/// long queue of one account delays a job of another account by one start at most.
///
/// A lane can be paused. A paused lane grants nothing and keeps its queue, and new jobs join that queue.
/// The pause belongs to the account: it stays when the lane becomes empty.
///
/// The lanes of routes have further limits. A job that runs, or may run, holds a **place** until it ends,
/// and a lane has as many places as its limit says. A job that holds a place and waits for another start goes
/// first, so that it never waits for its own place. The start times of a lane with a rate outlive its jobs,
/// in at most kMostIdle lanes.
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
        /// The rules of a lane of a route; empty for a lane of no route. Without this function no lane has
        /// rules.
        std::function<std::optional<LaneRules>(const QByteArray &account)> rulesOf{};
        int upstreams = 1;
        /// Percent of the starts in all lanes that one upstream may have, so that one that hangs leaves room
        /// for the others.
        int upstreamShare = 100;
    };
    enum class Admission { Admitted, LaneFull, QueuesFull, OverShare };
    /// Accounts that can be paused at once.
    static constexpr int kMaxPaused = 1000;
    /// Lanes without jobs whose start times are known.
    static constexpr std::size_t kMostIdle = 10'000;

    struct Grant
    {
        QByteArray account;
        JobKey job = 0;
    };
    /// True when the upstream of this number takes starts now.
    using UpstreamFilter = std::function<bool(int upstream)>;

    explicit Lanes(const Limits &limits);

    /// New limits apply to later calls. Jobs that are queued, in flight or running stay.
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

    /// The next job that may start, by turns between lanes. Leaves out a lane that has its share of the
    /// starts in flight, and lanes of an upstream that `isOpen` excludes. Empty when no job may start. `now`
    /// decides on rates, and must never go back.
    std::optional<Grant> grant(TimePoint now = {}, const UpstreamFilter &isOpen = {});
    /// The start of a granted job is over. `took` is the duration of its turn, for the forecast.
    /// Leave it out when the duration says nothing about the pace of the upstream, for example after
    /// a refused connection.
    void endTurn(const QByteArray &account, std::optional<Duration> took);
    /// When grant() may grant more although nothing else happens: a lane's rate allows its next start.
    std::optional<TimePoint> nextGrant() const;
    /// True when a lane of this upstream may start a job.
    bool isReady(int upstream) const { return !m_rings[static_cast<std::size_t>(upstream)].empty(); }

    // For lanes of routes. Without effect on other lanes.
    /// A job takes a place or gives it back, whatever the limit. Call it after grant() at once. True when
    /// that changed something.
    bool setPlace(const QByteArray &account, JobKey job, bool holds);
    /// A granted start leaves now. A start that does not leave gives its turn in the rate back.
    void startLeft(const QByteArray &account, TimePoint now);
    void startDropped(const QByteArray &account);
    /// A start that left at this time certainly reached nobody.
    void takeBackStart(const QByteArray &account, TimePoint left);
    /// A start of an earlier process left at this time.
    void addEarlierStart(const QByteArray &account, TimePoint left, TimePoint now);

    /// False when kMaxPaused accounts are paused already. A paused account may be paused again.
    bool pause(const QByteArray &account);
    /// False when the account was not paused.
    bool resume(const QByteArray &account);
    bool isPaused(const QByteArray &account) const { return !m_paused.empty() && m_paused.contains(account); }

    /// How a job at the end of this lane would fare. `jobTime` is how long a job holds its place. Without it,
    /// running jobs are no reason to wait.
    LaneForecast forecast(const QByteArray &account, TimePoint now, std::optional<Duration> jobTime) const;

    int queued(const QByteArray &account) const;
    int totalQueued() const { return static_cast<int>(m_positions.size()); }
    int totalInFlight() const { return m_inFlight; }
    int laneCount() const { return static_cast<int>(m_lanes.size() - m_idle.size()); }
    /// True when the account has queued jobs, starts in flight or jobs that hold a place.
    bool hasLane(const QByteArray &account) const;
    /// All accounts that have a lane or are paused, in no order.
    std::vector<QByteArray> accounts() const;

private:
    enum class Stand : std::uint8_t { Out, Ready, Resting };
    struct Lane;
    using Ring = std::list<Lane *>;
    /// The rules of a route's lane, and the state that they need.
    struct Ruled
    {
        LaneRules rules;
        std::unordered_set<JobKey> places;
        StartWindow window;
        TimePoint restsUntil{};                ///< while the lane is Resting
        std::optional<TimePoint> idleUntil{};  ///< while it is in m_idle
    };
    struct Lane
    {
        QByteArray account;
        std::list<JobKey> queue;
        int inFlight = 0;
        int starts = 1;  ///< that may be in flight
        std::optional<Duration> turnTime;
        bool paused = false;
        Stand stand = Stand::Out;
        std::uint64_t turn = 0;  ///< while Ready: the lane with the smallest number is next
        Ring::iterator ringPosition;
        std::unique_ptr<Ruled> ruled;

        std::size_t upstream() const { return ruled ? static_cast<std::size_t>(ruled->rules.upstream) : 0; }
        bool hasPlace(JobKey job) const { return ruled && ruled->places.contains(job); }
        bool isBusy() const { return !queue.empty() || inFlight > 0 || (ruled && !ruled->places.empty()); }
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
    std::unordered_map<QByteArray, Lane, AccountHash> m_lanes;  ///< node-based: a lane's address is stable
    std::unordered_set<QByteArray, AccountHash> m_paused;
    std::unordered_map<JobKey, QueuePosition> m_positions;
    std::vector<Ring> m_rings;  ///< by upstream: lanes that may start, in the order of Lane::turn
    TimedLanes m_resting;       ///< lanes that only their rate holds back, by the time when it does not
    TimedLanes m_idle;          ///< lanes without jobs, by the time when their starts do not count any more
    std::uint64_t m_lastTurn = 0;
    TimePoint m_now{};
    std::optional<Duration> m_turnTime;
    int m_inFlight = 0;
    std::vector<int> m_inFlightOf;  ///< by upstream
};

}  // namespace holdline
