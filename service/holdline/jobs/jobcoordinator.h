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

/// Turns requests, start answers, callbacks and the clock into events of the JobMachine, and carries out
/// what it orders. Owns the registry of jobs and the rooms around it. Knows no socket.
///
/// Every event is one apply(): it asks the machine once, and perform() carries out all actions. A plain
/// job is a durable job whose journal does nothing. To add an event, add it to the machine and call
/// apply() where the event comes in. To add an action, add it to perform().
///
/// Life: both JobStarters and the JobStore must outlive it. Call recover() at once, if at all, then hold()
/// and callback(), and drain() once. The destructor drops held exchanges, which answers them 500 (see
/// Exchange). Thread: one, with an event loop.
class JobCoordinator : public QObject
{
    Q_OBJECT

public:
    /// `callbackUrl` is the address at which the upstream reaches callback(), without a token:
    /// "http://host:port/callback". Tokens name `shard`. `queries` sends the requests about running jobs.
    /// `shared` is what all shards know about callbacks; without it this coordinator is alone.
    JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter,
                   JobStarter &queries, JobStore &store, std::uint8_t shard = 0,
                   std::shared_ptr<SharedCallbacks> shared = {}, QObject *parent = nullptr);

    /// The keys that verify callbacks. Must outlive this object.
    void setCredentials(Credentials &credentials) { m_callbacks.setCredentials(credentials); }
    /// Limits and times of later requests; held requests keep their deadlines.
    void reload(const Config &config, const QByteArray &callbackUrl);

    /// Takes a start request and the result of Route::readRequest() for it. Answers exactly once, now
    /// or later, unless the client leaves.
    void hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
              std::unique_ptr<Exchange> exchange);
    /// Takes a callback. `token` is a segment of its path, and `suffix` is what follows it. Answers when the
    /// result is as durable as its job.
    void callback(QByteArrayView token, const http::Request &request, std::unique_ptr<Exchange> exchange,
                  QByteArrayView suffix = {});

    /// Callbacks without a token.
    RegisteredCallbacks &registered() { return m_registered; }
    const RegisteredCallbacks &registered() const { return m_registered; }

    /// Restores open durable jobs of an earlier process. Known jobs stay as they are.
    void recover(const std::vector<JobRecord> &records);

    const RouteTable &routes() const { return m_routes; }
    /// The durable jobs of this shard, live or stored.
    JobDirectory &directory() { return m_directory; }

    /// Refuses new jobs from now on. Emits drained() when nothing is held any more, at the latest
    /// after `timeout`.
    void drain(std::chrono::milliseconds timeout);
    bool isDraining() const { return m_draining; }

    /// Ends a job as `cancelled`, for an operator. False when the job has ended.
    bool cancel(JobKey key);
    /// Stops starts of this account until resumeLane(). Its requests wait, at most until their
    /// deadlines. False when too many accounts are paused already (Lanes::kMaxPaused).
    bool pauseLane(const QByteArray &account) { return m_scheduler.pause(account); }
    /// False when the account was not paused.
    bool resumeLane(const QByteArray &account);

    /// Requests that are held.
    int requestsHeld() const { return m_waiters.count() + m_keys.waitingCount(); }
    /// Durable jobs that have not ended, or whose end is not stored.
    int durableCount() const { return m_live.durableCount(); }
    /// Clients that wait for durable jobs. (Each live plain job has one waiter.)
    int waitingCount() const { return m_waiters.count() - (m_live.count() - m_live.durableCount()); }
    /// Null when the job is not live any more.
    const LiveJob *live(JobKey key) const { return m_live.find(key); }
    /// Requests that joined a job by its key, and restored jobs, since the start.
    std::uint64_t joinedTotal() const { return m_joinedTotal; }
    std::uint64_t recoveredTotal() const { return m_recoveredTotal; }

    /// The bytes of bodies in memory. The listener counts those that are being received too.
    ByteBudget &memory() { return m_limits.memory(); }
    const ByteBudget &memory() const { return m_limits.memory(); }

    const Jobs &jobs() const { return m_jobs; }
    const Lanes &lanes() const { return m_scheduler.lanes(); }
    /// The circuit breaker of the usual route's upstream, and those of all upstreams.
    const CircuitBreaker &circuit() const { return guards().at(0).circuit; }
    const UpstreamGuards &guards() const { return m_scheduler.guards(); }
    /// Jobs that run or may run, by configured route.
    const std::map<QByteArray, int> &running() const { return m_scheduler.running(); }
    /// How a job at the end of this account's lane would fare.
    LaneForecast forecast(const QByteArray &account, TimePoint now) const
    {
        return m_scheduler.forecast(account, now);
    }
    const CallbackLedger &ledger() const { return m_callbacks.ledger(); }
    const CallbackReceiver &callbacks() const { return m_callbacks; }
    /// Counts the starts of ended jobs too.
    int startsInFlight() const { return lanes().totalInFlight(); }
    const StatusQueries &queries() const { return m_queries; }

Q_SIGNALS:
    /// A job is new, or its start leaves or has ended. The job may be settled by then.
    void jobChanged(const holdline::Job &job);
    /// A job ended. `status` is the status of the answer to all its clients, 499 when the only one
    /// had left.
    void jobEnded(const holdline::Job &job, int status);
    /// A request ended that waited for a durable job, or that got a stored answer.
    void requestAnswered(const holdline::RequestEnd &end);
    /// A request was refused before it became a job. `client` is the address of the client.
    void requestRefused(const QByteArray &requestId, const QByteArray &client,
                        const holdline::Problem &problem);
    /// A start request was sent and ended, and `decision` follows from it.
    void startEnded(const holdline::Job &job, const holdline::StartResult &result,
                    const holdline::StartDecision &decision, holdline::Duration took);
    void circuitChanged(const holdline::CircuitChange &change);
    void callbackEntered(holdline::CallbackOutcome outcome);
    /// A callback said that the job goes on. `job.progress` has what it said. `isKnownState` is false for a
    /// word that the route's profile does not have.
    void jobProgressed(const holdline::Job &job, bool isKnownState);
    /// A cancel of a job at the upstream is over. `status` is that of the answer, 0 without one.
    void upstreamCancelled(holdline::JobKey job, holdline::UpstreamCancel result, int status);
    /// A callback was refused: it is unknown, mismatched or malformed, or its result cannot be stored
    /// (Reason::StoreUnavailable). `token` is the last segment of its path, a secret. `job` and
    /// `account` are empty when they are unknown, and so is the name of the route. `detail` is for people.
    void callbackRefused(QByteArrayView token, const holdline::http::Request &request,
                         holdline::Reason reason, const QByteArray &job, const QByteArray &account,
                         const QByteArray &route = {}, const QString &detail = {});
    /// A registered callback names no job of this service. It may belong to somebody else who uses the same
    /// account at the upstream, so it leaves no dead letter.
    void callbackUnknown(const holdline::http::Request &request, const QByteArray &route);
    /// A handed-over job ended in a way that leaves a dead letter (EndTrait), and its end is stored.
    /// The record has the request, so that the job can be repeated.
    void handedOverFailed(const holdline::JobRecord &record);
    void drained();

protected:
    /// Applies the event to this job, if the job is known. For tests too.
    void applyTo(JobKey key, JobEvent event);

private:
    /// Data of an event that its actions may need.
    struct Occasion
    {
        TimePoint now{};
        Duration retryDelay{};               ///< for AwaitRetry
        std::optional<Duration> turnTook{};  ///< for EndTurn; see StartScheduler::endTurn()
        ReceivedCallback *callback = nullptr;
        const StartResult *start = nullptr;
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
