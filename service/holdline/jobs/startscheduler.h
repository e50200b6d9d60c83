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

/// The event for a job that follows from the result of its start request.
struct StartDecision
{
    JobEvent event = JobEvent::StartUnknown;
    Duration retryDelay{};  ///< time until the retry; used only when isRetry(event)
};

/// The circuit of an upstream opened or closed.
struct CircuitChange
{
    bool isOpen = false;
    CircuitBreaker::Run run;     ///< the failures that opened the circuit
    QByteArray trouble;          ///< the last failure, as in startTrouble(); empty without one
    bool isSwitchedOff = false;  ///< the configuration switches the circuit breaker off
    Duration lasted{};           ///< how long the circuit was open
    QByteArray upstream{};       ///< see RouteTable::upstreams()
};

/// Returns whether a start request of unknown fate is sent again for this job: the configuration allows that
/// for all jobs, or the client allowed it for this job.
inline bool repeatsUnknownStarts(const Config &config, const Job &job)
{
    return config.retry.ambiguous == AmbiguousRetry::Always || job.repeatable;
}

/// Returns why a start request failed, in a few words for people. Empty after a success.
QByteArray startTrouble(const StartResult &result);

/// Decides when start requests are sent, and sends them with the JobStarter. Owns the lanes of the accounts,
/// the guards of the upstreams and the jobs that wait for a retry.
///
/// A retry waits twice: first for the end of its delay, then for the retry budget of its upstream, the oldest
/// job first. After that the job goes back into its lane. Meanwhile the lane grants turns to other jobs.
///
/// The caller must end each granted turn with one endTurn().
///
/// Life: configuration, routes and starter must outlive this object, and the handlers must stay callable.
/// Thread: one, with an event loop.
class StartScheduler : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// Called when the lane lets this job start, from inside pump().
        std::function<void(JobKey, TimePoint now)> turnGranted;
        /// Called when a start request has ended.
        std::function<void(JobKey, const StartResult &)> startFinished;
        std::function<void(const CircuitChange &)> circuitChanged;
    };

    /// `callbackUrl` is the callback address without a token.
    StartScheduler(const Config &config, const RouteTable &routes, const QByteArray &callbackUrl,
                   JobStarter &starter, Handler handler);

    /// Applies a changed configuration to later start requests. The caller must call pump() after this.
    void reload(const QByteArray &callbackUrl);

    /// Returns why a new start request of a client must be refused, or nothing; see refusal() in admission.h.
    /// `heldRequests` is the number of requests that are held now.
    std::optional<Problem> refusal(const StartRequest &start, bool draining, int heldRequests, TimePoint now,
                                   TimePoint deadline) const;

    /// Puts a job at the end of its account's lane.
    void enqueue(const Job &job) { m_lanes.enqueue(job.account, job.key); }
    /// Counts the place and the last start of a job of an earlier process. Call it before enqueue().
    void addRecovered(const Job &job, TimePoint now);
    /// Puts a job back into its lane when `delay` has passed and the retry budget allows another start
    /// request.
    void awaitRetry(const Job &job, TimePoint now, Duration delay);
    /// Removes a job from its lane, or from the jobs that wait for a retry.
    void leave(JobKey job);
    /// Counts an attempt. The caller then calls send(), at once or when the job's record is durable, or
    /// dropAttempt().
    void beginAttempt(Job &job, TimePoint now);
    /// Sends the start request of the job. Handler::startFinished follows, never inside this call.
    void send(const Job &job, const PendingStart &start, TimePoint now);
    /// Ends an attempt whose start request was not sent.
    void dropAttempt(const Job &job, TimePoint now);
    /// Ends a turn that the lane has granted. `took` is the time from sending the start request to its end.
    /// It is empty when it says nothing about the upstream's speed.
    void endTurn(const Job &job, std::optional<Duration> took) { m_lanes.endTurn(job.account, took); }
    /// Call it when the state of a job has changed. A job of a route holds a place in its lane while it may
    /// run.
    void noteState(const Job &job)
    {
        if (!job.route.isEmpty())
            notePlace(job);
    }
    /// Grants turns as long as lanes and circuits allow.
    void pump(TimePoint now);

    /// Reports the result of a start to the circuit breaker.
    void countResult(const Job &job, const StartResult &result, TimePoint now);
    /// Reports to the circuit breaker that a start request of unknown fate did start its job.
    void countSuccess(const Job &job, TimePoint now);
    /// Records how long a job ran: the time from the answer to its start request to its callback.
    void addJobTime(const Job &job, Duration took);
    /// Decides which event follows from the result of a start request, for example a retry after a delay.
    StartDecision decide(const Job &job, const StartResult &result, TimePoint now) const;

    /// See Lanes. The caller of resume() must call pump().
    bool pause(const QByteArray &account) { return m_lanes.pause(account); }
    bool resume(const QByteArray &account) { return m_lanes.resume(account); }

    const Lanes &lanes() const { return m_lanes; }
    /// Estimates how long one more job in this lane would wait.
    LaneForecast forecast(const QByteArray &lane, TimePoint now) const;
    const UpstreamGuards &guards() const { return m_guards; }
    /// Number of jobs that run or may run, by the name of the route. Jobs of the usual route are not counted.
    const std::map<QByteArray, int> &running() const { return m_running; }

private:
    /// Why pump() must run at a certain time although no event comes: the next probe of an open circuit, the
    /// next slice of a retry budget, or the next start that a lane's rate allows.
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
    RecentMinimum m_jobTime;                             ///< durations of jobs of the usual route
    std::map<QByteArray, RecentMinimum> m_routeJobTime;  ///< durations of jobs of the other routes, by name
    std::map<QByteArray, int> m_running;                 ///< number of places that jobs hold, by route
    struct Retry
    {
        QByteArray account;
        QByteArray route;
    };
    std::unordered_map<JobKey, Retry> m_retries;  ///< jobs that wait for a retry
    DeadlineTimer<JobKey> m_delays;               ///< ends of the delays of m_retries
    int m_unfunded = 0;                           ///< number of jobs that wait for a retry budget
    struct TokenStart
    {
        QByteArray account;
        std::optional<TimePoint> left;  ///< when the request was sent; empty while it waits for its token
    };
    std::unordered_map<JobKey, TokenStart> m_tokenStarts;  ///< start requests that need an access token
    DeadlineTimer<WakeUp> m_wakeUps;
};

}  // namespace holdline
