// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/eventloop/deadlinetimer.h"
#include "core/job/jobs.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/callbackreceiver.h"
#include "service/holdline/jobs/doubtfulstarts.h"
#include "service/holdline/jobs/failedhandovers.h"
#include "service/holdline/jobs/handovers.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/keys.h"
#include "service/holdline/jobs/lateresults.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/localdirectory.h"
#include "service/holdline/jobs/registeredcallbacks.h"
#include "service/holdline/jobs/sharedlimits.h"
#include "service/holdline/jobs/startscheduler.h"
#include "service/holdline/jobs/statusqueries.h"
#include "service/holdline/jobs/waiters.h"

#include <QTimer>

#include <memory>
#include <variant>

namespace holdline {

/// Turns client requests, answers to start requests, callbacks and passed deadlines into events of the job
/// machine (step() in jobmachine.h), and carries out the actions that the machine returns. Owns the registry
/// of jobs and the other classes of this folder. Uses no sockets: connections are behind Exchange and
/// JobStarter.
///
/// Every event is one apply(): next() asks the machine once, and perform() carries out all actions. For a
/// plain job the journal writes nothing; otherwise plain and durable jobs are handled alike. To add an event,
/// add it to the machine and call apply() where the event comes in. To add an action, add it to perform().
///
/// Life: both JobStarters and the JobStore must outlive this object. Call recover() first, if at all, then
/// hold() and callback(), and drain() once. The destructor destroys the held exchanges, and so answers them
/// 500 (see Exchange). Thread: one, with an event loop.
class JobCoordinator : public QObject
{
    Q_OBJECT

public:
    /// `callbackUrl` is the address at which the upstream reaches callback(), without a token:
    /// "http://host:port/callback". `shard` is the number of this shard, which callback tokens contain.
    /// `starter` sends start requests. `queries` sends the requests about running jobs. `shared` is the data
    /// about callbacks that all shards share; null when there is no other shard.
    JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter,
                   JobStarter &queries, JobStore &store, std::uint8_t shard = 0,
                   std::shared_ptr<SharedCallbacks> shared = {}, QObject *parent = nullptr);

    /// Sets the source of the keys that verify callbacks. `credentials` must outlive this object.
    void setCredentials(Credentials &credentials) { m_callbacks.setCredentials(credentials); }
    /// Sets limits and timeouts for later requests. Requests that are held already keep their deadlines.
    void reload(const Config &config, const QByteArray &callbackUrl);

    /// Handles a client's start request. `parsed` is the result of Route::readRequest(). Answers exactly
    /// once, now or later, unless the client leaves.
    void hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
              std::unique_ptr<Exchange> exchange);
    /// Handles a callback. `token` is a segment of its path, and `suffix` is the part of the path after it. A
    /// callback with the result of a durable job is answered when that result is durable.
    void callback(QByteArrayView token, const http::Request &request, std::unique_ptr<Exchange> exchange,
                  QByteArrayView suffix = {});

    /// The part that handles callbacks without a token.
    RegisteredCallbacks &registered() { return m_registered; }
    const RegisteredCallbacks &registered() const { return m_registered; }

    /// Restores durable jobs of an earlier process that have not ended. Known jobs stay as they are.
    void recover(const std::vector<JobRecord> &records);

    const RouteTable &routes() const { return m_routes; }
    /// Finds the durable jobs of this shard, live or stored.
    JobDirectory &directory() { return m_directory; }

    /// Refuses new jobs from now on. Emits drained() when no request is held and no end of a job is being
    /// written. After `timeout`, answers the requests that are still held, and leaves durable jobs to the
    /// next process.
    void drain(std::chrono::milliseconds timeout);
    bool isDraining() const { return m_draining; }

    /// Ends a job as `cancelled`, for an operator. Returns false when the job is unknown or has ended.
    bool cancel(JobKey key);
    /// Sends no start requests of this account until resumeLane(). The account's requests wait, at most until
    /// their deadlines. Returns false when too many accounts are paused already (Lanes::kMaxPaused).
    bool pauseLane(const QByteArray &account) { return m_scheduler.pause(account); }
    /// Ends the pause of this account. Returns false when the account was not paused.
    bool resumeLane(const QByteArray &account);

    /// Number of requests that are held.
    int requestsHeld() const { return m_waiters.count() + m_keys.waitingCount(); }
    /// Number of durable jobs that have not ended, or whose end is not stored.
    int durableCount() const { return m_live.durableCount(); }
    /// Number of clients that wait for durable jobs. (Each live plain job has one waiter.)
    int waitingCount() const { return m_waiters.count() - (m_live.count() - m_live.durableCount()); }
    /// Returns the live part of a job. Null when the job is not live any more.
    const LiveJob *live(JobKey key) const { return m_live.find(key); }
    /// Number of requests that joined a job by its key, since the service started.
    std::uint64_t joinedTotal() const { return m_joinedTotal; }
    /// Number of jobs that were restored from the store, since the service started.
    std::uint64_t recoveredTotal() const { return m_recoveredTotal; }

    /// Counts the bytes of bodies in memory. The HTTP listener also counts the bodies that it is receiving.
    ByteBudget &memory() { return m_limits.memory(); }
    const ByteBudget &memory() const { return m_limits.memory(); }

    const Jobs &jobs() const { return m_jobs; }
    const Lanes &lanes() const { return m_scheduler.lanes(); }
    /// The circuit breaker of the usual route's upstream.
    const CircuitBreaker &circuit() const { return guards().at(0).circuit; }
    /// The circuit breakers and retry budgets of all upstreams.
    const UpstreamGuards &guards() const { return m_scheduler.guards(); }
    /// Number of jobs that run or may run, by the name of the configured route.
    const std::map<QByteArray, int> &running() const { return m_scheduler.running(); }
    /// Estimates how long one more job in this account's lane would wait.
    LaneForecast forecast(const QByteArray &account, TimePoint now) const
    {
        return m_scheduler.forecast(account, now);
    }
    const CallbackLedger &ledger() const { return m_callbacks.ledger(); }
    const CallbackReceiver &callbacks() const { return m_callbacks; }
    /// Number of start requests under way, those of ended jobs included.
    int startsInFlight() const { return lanes().totalInFlight(); }
    const StatusQueries &queries() const { return m_queries; }

Q_SIGNALS:
    /// A job was made, or its state, progress, deadline or clients changed. The job may be settled by then.
    void jobChanged(const holdline::Job &job);
    /// A job ended. `status` is the HTTP status of the answer to all its clients, 499 when the only client
    /// left.
    void jobEnded(const holdline::Job &job, int status);
    /// A request for a durable job ended, or a request got a stored answer.
    void requestAnswered(const holdline::RequestEnd &end);
    /// A request was refused before it became a job. `client` is the address of the client.
    void requestRefused(const QByteArray &requestId, const QByteArray &client,
                        const holdline::Problem &problem);
    /// A start request ended. `decision` is the event that follows from `result`. `took` is the time since
    /// the start request was sent.
    void startEnded(const holdline::Job &job, const holdline::StartResult &result,
                    const holdline::StartDecision &decision, holdline::Duration took);
    void circuitChanged(const holdline::CircuitChange &change);
    void callbackEntered(holdline::CallbackOutcome outcome);
    /// A callback or a status answer said that the job still runs. `job.progress` has the reported state.
    /// `isKnownState` is false when the route's profile does not list that state.
    void jobProgressed(const holdline::Job &job, bool isKnownState);
    /// An attempt to cancel a job at the upstream has ended. `status` is the HTTP status of the upstream's
    /// answer, 0 without an answer.
    void upstreamCancelled(holdline::JobKey job, holdline::UpstreamCancel result, int status);
    /// A callback was refused: it is unknown, mismatched or malformed, or its result cannot be stored
    /// (Reason::StoreUnavailable). `token` is the last segment of its path, a secret. `job` is the job's id.
    /// `job`, `account` and `route` are empty when they are unknown. `detail` is for people.
    void callbackRefused(QByteArrayView token, const holdline::http::Request &request,
                         holdline::Reason reason, const QByteArray &job, const QByteArray &account,
                         const QByteArray &route = {}, const QString &detail = {});
    /// A registered callback names no job of this service. It may belong to somebody else who uses the same
    /// account at the upstream, so it leaves no dead letter.
    void callbackUnknown(const holdline::http::Request &request, const QByteArray &route);
    /// A handed-over job ended in a way that leaves a dead letter (EndTrait), and its end is stored. The
    /// record contains the client's request, so that the job can be repeated.
    void handedOverFailed(const holdline::JobRecord &record);
    /// After drain(): no request is held any more. Emitted once.
    void drained();

protected:
    /// Applies the event to this job, if the job is known. For tests too.
    void applyTo(JobKey key, JobEvent event);

private:
    /// Data of an event, for the actions that it causes.
    struct Occasion
    {
        TimePoint now{};
        Duration retryDelay{};                 ///< for AwaitRetry
        std::optional<Duration> turnTook{};    ///< for EndTurn; see StartScheduler::endTurn()
        ReceivedCallback *callback = nullptr;  ///< null when no callback caused the event; not owned
        const StartResult *start = nullptr;    ///< null when no upstream answer caused the event; not owned
    };

    void refuse(const QByteArray &requestId, const QByteArray &client, Exchange &exchange, Problem problem);
    std::optional<Problem> refusal(const PendingRequest &request, TimePoint now, TimePoint deadline) const;
    Duration patience(const PendingRequest &request) const;
    void make(PendingRequest &&request, TimePoint now);
    void join(LiveJob &live, PendingRequest &&request);
    void addWaiter(LiveJob &live, PendingRequest &&request, std::optional<TimePoint> deadline, bool joined);
    void recoverOne(const JobRecord &record, TimePoint now);
    void beginDoubt(Job &job, TimePoint now);
    void shortenDoubts();

    JobStep next(Job &job, JobEvent event, TimePoint now);
    void apply(Job &job, JobEvent event, const Occasion &occasion);
    void perform(Job &job, JobActions actions, const Occasion &occasion);
    void sendStart(Job &job, TimePoint now);
    void keepResult(Job &job, const Occasion &occasion);
    void freeStart(const Job &job, LiveJob &live);
    void cancelUpstream(const Job &job, const LiveJob &live);
    void settle(Job &job);
    void tellEnd(LiveJob &live, const http::Response &response, Reason outcome, const QByteArray &account);
    void forget(LiveJob &live, const QByteArray &account);

    void onStartFinished(JobKey key, const StartResult &result);
    void onCallback(Job &job, JobEvent event, ReceivedCallback &callback);
    void onStatusAnswered(JobKey key, const StartResult &result);
    void onLateFetched(Job &job, const StartResult &result, ReceivedCallback &callback);
    void onProgress(Job &job, LiveJob *live, const JobMessage &message);
    void pumpIfQueued();
    void onWaiterGone(LiveJob &live, const Waiter &waiter);
    void onIntentStored(JobKey key, const QString &error);
    void onEndStored(LiveJob &live, bool isDurable);
    void onDrainTimeout();
    void checkDrained();

    Config m_config;
    RouteTable m_routes;
    const std::shared_ptr<SharedCallbacks> m_shared;
    JobStore &m_store;
    SharedLimits m_limits;
    Jobs m_jobs;
    LiveJobs m_live;
    Waiters m_waiters;
    StartScheduler m_scheduler;
    StatusQueries m_queries;
    Keys m_keys;
    LocalDirectory m_directory;
    Journal m_journal;
    HandOvers m_handOvers;
    CallbackReceiver m_callbacks;
    LateResults m_late;
    RegisteredCallbacks m_registered;
    DoubtfulStarts m_doubts;
    FailedHandOvers m_failed;
    DeadlineTimer<JobKey> m_deadlines;
    QTimer m_drainTimer;
    QTimer m_housekeeping;
    std::uint64_t m_joinedTotal = 0;
    std::uint64_t m_recoveredTotal = 0;
    bool m_draining = false;
    bool m_drained = false;  ///< drained() was emitted
};

}  // namespace holdline
