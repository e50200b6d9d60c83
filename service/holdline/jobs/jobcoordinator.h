// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/eventloop/deadlinetimer.h"
#include "core/job/jobs.h"
#include "service/holdline/jobs/callbackreceiver.h"
#include "service/holdline/jobs/handovers.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/keys.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/localdirectory.h"
#include "service/holdline/jobs/startscheduler.h"
#include "service/holdline/jobs/waiters.h"

#include <QTimer>

#include <memory>
#include <variant>

namespace holdline {

/// Turns requests, start answers, callbacks and the clock into events of the JobMachine, and carries out what
/// it orders. Owns the registry of jobs and the rooms around it; knows no socket.
///
/// Every event is one apply(): the machine is asked once, and perform() carries out all of its actions. A
/// plain job is a durable job whose journal does nothing. For a new kind of event: add it to the machine, and
/// call apply() where it comes in. For a new action: add it to perform().
///
/// Life: construct with a JobStarter and a JobStore that outlive it; recover() at once, if at all; hold() and
/// callback() from the front; drain() once. When it is destroyed, exchanges still held are dropped, which
/// answers them 500 (see Exchange). Thread: one, with an event loop.
class JobCoordinator : public QObject
{
    Q_OBJECT

public:
    /// `callbackUrl` is where the upstream reaches callback(), without a token: "http://host:port/callback".
    /// Tokens name `shard`.
    JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter, JobStore &store,
                   std::uint8_t shard = 0, QObject *parent = nullptr);

    /// Limits and times of later requests; held requests keep their deadlines.
    void reload(const Config &config, const QByteArray &callbackUrl);

    /// A client's start request and what parseStart() said to its body. Answered at once or later, exactly
    /// once, unless the client leaves.
    void hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
              std::unique_ptr<Exchange> exchange);
    /// A callback, `token` being the last segment of its path. Answered when its result is as durable as its
    /// job is.
    void callback(QByteArrayView token, const http::Request &request, std::unique_ptr<Exchange> exchange);

    /// Durable jobs from before the service was started that had not ended. Jobs that are known stay as they
    /// are.
    void recover(const std::vector<JobRecord> &records);

    /// This shard's durable jobs, and the stored ones.
    JobDirectory &directory() { return m_directory; }

    /// No new jobs from now on; drained() when nothing is held any more, at the latest after `timeout`.
    void drain(std::chrono::milliseconds timeout);
    bool isDraining() const { return m_draining; }

    /// Ends a job as `cancelled`, for an operator. False when it has ended.
    bool cancel(JobKey key);
    /// No more starts of this account until resumeLane(); its requests wait, to their deadlines at most.
    /// False when too many are paused already (Lanes::kMaxPaused).
    bool pauseLane(const QByteArray &account) { return m_scheduler.pause(account); }
    /// False when it was not paused.
    bool resumeLane(const QByteArray &account);

    /// Clients' requests that are held.
    int requestsHeld() const { return m_waiters.count() + m_keys.waitingCount(); }
    /// Durable jobs that have not ended, or whose end is not stored.
    int durableCount() const { return m_live.durableCount(); }
    /// Clients that wait for durable jobs. Each plain job that goes on has one waiter.
    int waitingCount() const { return m_waiters.count() - (m_live.count() - m_live.durableCount()); }
    /// Null when the job does not go on any more.
    const LiveJob *live(JobKey key) const { return m_live.find(key); }
    /// Requests that joined a job by its key, and jobs that were recovered, since the start.
    std::uint64_t joinedTotal() const { return m_joinedTotal; }
    std::uint64_t recoveredTotal() const { return m_recoveredTotal; }

    const Jobs &jobs() const { return m_jobs; }
    const Lanes &lanes() const { return m_scheduler.lanes(); }
    const CircuitBreaker &circuit() const { return m_scheduler.circuit(); }
    const CallbackLedger &ledger() const { return m_callbacks.ledger(); }
    /// Starts of jobs that have ended meanwhile are counted too.
    int startsInFlight() const { return lanes().totalInFlight(); }

Q_SIGNALS:
    /// A job is new, or its start leaves or has ended. The job may be settled by then.
    void jobChanged(const holdline::Job &job);
    /// A job ended. `status` is the answer's to all its clients, 499 when the only one had left.
    void jobEnded(const holdline::Job &job, int status);
    /// A request ended that waited for a durable job, or got the stored answer of one.
    void requestAnswered(const holdline::RequestEnd &end);
    /// A request was refused before it became a job. `client` is the other end's address.
    void requestRefused(const QByteArray &requestId, const QByteArray &client,
                        const holdline::Problem &problem);
    /// A start request was sent and ended.
    void startEnded(const holdline::StartResult &result, holdline::Duration took);
    void callbackEntered(holdline::CallbackOutcome outcome);
    /// A callback was not taken, because it is unknown, mismatched or malformed, or because its result cannot
    /// be stored (Reason::StoreUnavailable). `token` is what its address ended in, a secret. The job's id and
    /// account are empty where they are not known.
    void callbackRefused(QByteArrayView token, const holdline::http::Request &request,
                         holdline::Reason reason, const QByteArray &job, const QByteArray &account);
    /// A handed-over job ended in a way that leaves a dead letter (EndTrait), and that is stored. The record
    /// has the request, so that it can be repeated.
    void handedOverFailed(const holdline::JobRecord &record);
    void drained();

protected:
    /// The event happens to this job now, where it is known. For tests too.
    void applyTo(JobKey key, JobEvent event);

private:
    /// What an event brought that its actions may need.
    struct Occasion
    {
        TimePoint now{};
        Duration retryDelay{};               ///< for AwaitRetry
        std::optional<Duration> turnTook{};  ///< for EndTurn; see StartScheduler::endTurn()
        ReceivedCallback *callback = nullptr;
    };

    void refuse(const QByteArray &requestId, const QByteArray &client, Exchange &exchange,
                const Problem &problem);
    std::optional<Problem> refusal(const PendingRequest &request, TimePoint now, TimePoint deadline) const;
    Duration patience(const Preferences &preferences) const;
    void make(PendingRequest &&request, TimePoint now);
    void join(LiveJob &live, PendingRequest &&request);
    void addWaiter(LiveJob &live, PendingRequest &&request, std::optional<TimePoint> deadline, bool joined);
    void recoverOne(const JobRecord &record, TimePoint now);

    void apply(Job &job, JobEvent event, const Occasion &occasion);
    void perform(Job &job, JobActions actions, const Occasion &occasion);
    void sendStart(Job &job, TimePoint now);
    void keepResult(Job &job, ReceivedCallback &callback);
    void settle(Job &job);
    void tellEnd(LiveJob &live, const http::Response &response, Reason outcome, const QByteArray &account);
    void forget(LiveJob &live, const QByteArray &account);

    void onStartFinished(JobKey key, const StartResult &result);
    void onCallback(Job &job, JobEvent event, ReceivedCallback &callback);
    void onWaiterGone(LiveJob &live, const Waiter &waiter);
    void onIntentStored(JobKey key, const QString &error);
    void onEndStored(LiveJob &live, bool isDurable);
    void onDrainTimeout();
    void checkDrained();

    Config m_config;
    JobStore &m_store;
    Jobs m_jobs;
    LiveJobs m_live;
    Waiters m_waiters;
    StartScheduler m_scheduler;
    Keys m_keys;
    LocalDirectory m_directory;
    Journal m_journal;
    HandOvers m_handOvers;
    CallbackReceiver m_callbacks;
    DeadlineTimer<JobKey> m_deadlines;
    QTimer m_drainTimer;
    QTimer m_housekeeping;
    std::uint64_t m_joinedTotal = 0;
    std::uint64_t m_recoveredTotal = 0;
    bool m_draining = false;
    bool m_drained = false;  ///< and said so
};

}  // namespace holdline
