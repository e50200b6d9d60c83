// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/eventloop/deadlinetimer.h"
#include "core/job/admission.h"
#include "core/job/job.h"
#include "core/job/lanes.h"
#include "core/job/recentextreme.h"
#include "core/job/retrypolicy.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/upstreamguards.h"
#include "service/holdline/ports/jobstarter.h"

#include <functional>
#include <map>
#include <unordered_map>

namespace holdline {

/// What the result of a start means for its job.
struct StartDecision
{
    JobEvent event = JobEvent::StartUnknown;
    Duration retryDelay{};  ///< when isRetry(event)
};

/// The circuit of an upstream opened or closed.
struct CircuitChange
{
    bool isOpen = false;
    CircuitBreaker::Run run;     ///< the failures that opened it
    QByteArray trouble;          ///< of the last of them, as in startTrouble()
    bool isSwitchedOff = false;  ///< closed by a new configuration
    Duration lasted{};           ///< how long it was open
    QByteArray upstream{};       ///< see RouteTable::upstreams()
};

/// True when a start of this job is sent again although its fate is unknown: the configuration says so for
/// all jobs, or the client for this one.
inline bool repeatsUnknownStarts(const Config &config, const Job &job)
{
    return config.retry.ambiguous == AmbiguousRetry::Always || job.repeatable;
}

/// The reason why a start failed, in a few words for people. Empty after a success.
QByteArray startTrouble(const StartResult &result);

/// Decides when starts leave. Owns the lanes of the accounts, the guards of the upstreams and the waits for
/// retries, and uses the JobStarter.
///
/// A retry waits twice: for the end of its delay, then for the retry budget of its upstream, the oldest job
/// first. After that it goes back into its lane. Meanwhile the lane grants turns to others.
///
/// Each granted turn ends with one endTurn(). Life: configuration, routes and starter must outlive it,
/// and the handlers must stay callable. Thread: one, with an event loop.
class StartScheduler : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// The lane lets this job start. Called from inside pump().
        std::function<void(JobKey, TimePoint now)> turnGranted;
        /// A start is over.
        std::function<void(JobKey, const StartResult &)> startFinished;
        std::function<void(const CircuitChange &)> circuitChanged;
    };

    /// `callbackUrl` is the callback address without a token.
    StartScheduler(const Config &config, const RouteTable &routes, const QByteArray &callbackUrl,
                   JobStarter &starter, Handler handler);

    /// The configuration has changed, and later starts follow it. The caller must call pump().
    void reload(const QByteArray &callbackUrl);

    /// The reason to refuse a new start; see refusal() in admission.h. `heldRequests` is the current
    /// number.
    std::optional<Problem> refusal(const StartRequest &start, bool draining, int heldRequests, TimePoint now,
                                   TimePoint deadline) const;

    /// Puts a job at the end of its account's lane.
    void enqueue(const Job &job) { m_lanes.enqueue(job.account, job.key); }
    /// Takes a job of an earlier process. Call it before enqueue().
    void addRecovered(const Job &job, TimePoint now);
    /// Puts a job back into its lane when `delay` has passed and the retry budget allows it.
    void awaitRetry(const Job &job, TimePoint now, Duration delay);
    /// Removes a job from its lane, or from the wait for a retry.
    void leave(JobKey job);
    /// Counts an attempt. send() follows at once, or when the intent is durable.
    void beginAttempt(Job &job, TimePoint now);
    void send(const Job &job, const PendingStart &start, TimePoint now);
    /// The attempt was counted, and its start did not leave.
    void dropAttempt(const Job &job, TimePoint now);
    /// `took` is the time the upstream had the start. Empty when it says nothing about the pace of
    /// the upstream.
    void endTurn(const Job &job, std::optional<Duration> took) { m_lanes.endTurn(job.account, took); }
    /// The state of a job has changed. A job of a route holds a place of its lane while it may run.
    void noteState(const Job &job)
    {
        if (!job.route.isEmpty())
            notePlace(job);
    }
    /// Grants turns as long as lanes and circuits allow.
    void pump(TimePoint now);

    /// Reports the result of a start to the circuit breaker.
    void countResult(const Job &job, const StartResult &result, TimePoint now);
    /// A start of unknown fate did start its job.
    void countSuccess(const Job &job, TimePoint now);
    /// Records the time from the answer to a start to its callback.
    void addJobTime(const Job &job, Duration took);
    StartDecision decide(const Job &job, const StartResult &result, TimePoint now) const;

    /// See Lanes. The caller of resume() must call pump().
    bool pause(const QByteArray &account) { return m_lanes.pause(account); }
    bool resume(const QByteArray &account) { return m_lanes.resume(account); }

    const Lanes &lanes() const { return m_lanes; }
    /// How a job at the end of this lane would fare.
    LaneForecast forecast(const QByteArray &lane, TimePoint now) const;
    const UpstreamGuards &guards() const { return m_guards; }
    /// Jobs that run or may run, by route. The usual route is not counted.
    const std::map<QByteArray, int> &running() const { return m_running; }

private:
    /// The reasons why pump() has to run although nothing happens.
    enum class WakeUp { Probe, Budget, Rate };

    void notePlace(const Job &job);
    void noteLeft(const QByteArray &account, TimePoint now);
    void noteLeftWithToken(JobKey job);
    void takeBackStart(const Job &job, const StartResult &result);
    void delayOver(JobKey job);
    void enqueueRetries(TimePoint now);
    CircuitBreaker::Verdict verdictOn(const Job &job, const StartResult &result) const;
    RetryPolicy::Try tryOf(const Job &job, const StartResult &result, TimePoint now) const;
    void noteCircuit(UpstreamGuard &guard, TimePoint now, const QByteArray &trouble);
    std::optional<Duration> jobTimeOf(const QByteArray &route) const;
    std::optional<StartError> writeStart(const Job &job, const PendingStart &start, StartCall &call) const;
    void failSoon(JobKey job, const QString &why);

    const Config &m_config;
    const RouteTable &m_routes;
    QByteArray m_callbackUrl;
    JobStarter &m_starter;
    Handler m_handler;
    Lanes m_lanes;
    UpstreamGuards m_guards;
    RecentMinimum m_jobTime;                             ///< of the usual route
    std::map<QByteArray, RecentMinimum> m_routeJobTime;  ///< of the other routes
    std::map<QByteArray, int> m_running;                 ///< places that jobs hold, by route
    struct Retry
    {
        QByteArray account;
        QByteArray route;
    };
    std::unordered_map<JobKey, Retry> m_retries;  ///< the jobs that wait for a retry
    DeadlineTimer<JobKey> m_delays;
    int m_unfunded = 0;  ///< jobs that wait for a budget
    struct TokenStart
    {
        QByteArray account;
        std::optional<TimePoint> left;  ///< empty while it waits for its token
    };
    std::unordered_map<JobKey, TokenStart> m_tokenStarts;  ///< starts under way that need a token
    DeadlineTimer<WakeUp> m_wakeUps;
};

}  // namespace holdline
