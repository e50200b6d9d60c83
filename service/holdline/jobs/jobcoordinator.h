// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/eventloop/deadlinetimer.h"
#include "core/httpvalues/prefer.h"
#include "core/job/admission.h"
#include "core/job/callbackledger.h"
#include "core/job/circuitbreaker.h"
#include "core/job/jobrecord.h"
#include "core/job/jobs.h"
#include "core/job/lanes.h"
#include "core/job/retrypolicy.h"
#include "core/profile/startcodec.h"
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/durablejob.h"
#include "service/holdline/jobs/jobwatches.h"
#include "service/holdline/jobs/waiters.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"
#include "service/holdline/ports/jobstarter.h"
#include "service/holdline/ports/jobstore.h"

#include <QTimer>

#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace holdline {

/// How one client's request ended that is not its job's end: it waited for a durable job, or came for one.
struct RequestEnd
{
    Reason reason = Reason::InternalError;
    int status = 0;  ///< what it was answered, 499 when it had left
    QByteArray job;
    QByteArray account;
    QByteArray requestId;
    QByteArray client;
    Duration took{};
    bool joined = false;  ///< came to a job that was there already
};

/// What a callback is to a job whose upstream said this id, or none yet.
JobEvent eventOf(const CallbackMessage &message, const QByteArray &upstreamId);

/// Fields that travel from the client to the upstream (W3C Trace Context, and the request's id).
std::vector<std::pair<QByteArray, QByteArray>> travellingHeaders(const http::Request &request);

/// The coordinator: turns requests, start answers, callbacks and the clock into events of JobMachine, and
/// carries out what it says. Owns the registry, the lanes, the deadlines and the held exchanges; knows no
/// socket.
///
/// A plain job is its one request: it ends with it. A durable job (an Idempotency-Key, or handed over) has
/// clients that wait for it, and a record in the store: written before its start leaves, when the start was
/// answered, and before anybody is told of its end. What concerns promises is in bridgepromises.cpp.
///
/// Life: construct with a JobStarter and a JobStore that outlive it; recover() at once, if at all; hold() and
/// callback() from the front; drain() once. When it is destroyed, exchanges still held are dropped, which
/// answers them 500 (see Exchange). Thread: one, with an event loop.
class JobCoordinator : public QObject, public JobDirectory
{
    Q_OBJECT

public:
    /// `callbackUrl` is where the upstream reaches callback(), without a token: "http://host:port/callback".
    /// Tokens name `shard`.
    JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter, JobStore &store,
                   std::uint8_t shard = 0, QObject *parent = nullptr);
    ~JobCoordinator() override;

    /// Limits and times of what comes from now on; what is held keeps its deadline.
    void reload(const Config &config, const QByteArray &callbackUrl);

    /// A client's start request and what parseStart() said to its body. Answered at once or later, exactly
    /// once, unless the client leaves.
    void hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
              std::unique_ptr<Exchange> exchange);
    /// A callback, `token` being the last segment of its path. Answered once what it brought is stored where
    /// it has to be, at once where not.
    void callback(QByteArrayView token, const http::Request &request, std::unique_ptr<Exchange> exchange);

    /// Promised jobs from before the service was started that had not ended; those it has already stay.
    void recover(std::vector<JobRecord> records);

    // JobDirectory, of what this shard has and what is stored.
    bool isComplete() const override { return m_store.isAvailable(); }
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) override;
    void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) override;
    void cancel(const QByteArray &id,
                std::function<void(Cancelled, std::optional<JobRecord>)> answer) override;

    /// No new holds from now on; drained() when nothing is held any more, at the latest after `timeout`.
    void drain(std::chrono::milliseconds timeout);
    bool isDraining() const { return m_draining; }

    /// Ends a held job as `cancelled`, for an operator. False when it is not held (any more).
    bool cancel(JobKey key);
    /// No more starts of this account until resumeLane(); what is held waits, to its deadline at most. False
    /// when too many are paused already (Lanes::kMaxPaused).
    bool pauseLane(const QByteArray &account);
    /// False when it was not paused.
    bool resumeLane(const QByteArray &account);

    /// Clients' requests that are held.
    int requestsHeld() const;
    /// Promised jobs that have not ended, or whose end is not stored.
    int durableCount() const { return static_cast<int>(m_durableJobs.size()); }
    /// Of those, the ones nobody waits for.
    int unattendedCount() const;
    /// Clients that wait for durable jobs.
    int waitingCount() const { return m_waiters.count(); }
    int waitingFor(JobKey job) const { return m_waiters.countOf(job); }
    /// Nothing for a plain job, and for one whose end is stored.
    const DurableJob *durableJobOf(JobKey job) const;
    /// Requests that joined a job by its key, and jobs that were recovered, since it was made.
    std::uint64_t joinedTotal() const { return m_joinedTotal; }
    std::uint64_t recoveredTotal() const { return m_recoveredTotal; }

    const Jobs &jobs() const { return m_jobs; }
    const Lanes &lanes() const { return m_lanes; }
    const CircuitBreaker &circuit() const { return m_circuit; }
    const CallbackLedger &ledger() const { return m_ledger; }
    /// Jobs whose client was answered or left while their start was still in flight are counted here too.
    int startsInFlight() const { return static_cast<int>(m_turns.size()); }

Q_SIGNALS:
    /// A job stands differently: it is new, its start leaves or has ended. Also of one that is settled by
    /// then, or by that.
    void jobChanged(const holdline::Job &job);
    /// A job ended, with the status its client was answered with (499 when it had left), or, of a promised
    /// one, that every client is answered with.
    void jobEnded(const holdline::Job &job, int status);
    /// A request ended that waited for a durable job, or got the stored answer of one.
    void requestAnswered(const holdline::RequestEnd &end);
    /// A request was refused before it became a job.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);
    /// A start request was sent and ended.
    void startEnded(const holdline::StartResult &result, holdline::Duration took);
    void callbackEntered(holdline::CallbackOutcome word);
    /// A callback was not taken, because it is unknown, mismatched or malformed, or because its result cannot
    /// be stored (Reason::StoreUnavailable). `token` is what its address ended in, a secret. The job's id and
    /// account are empty where they are not known.
    void callbackRefused(QByteArrayView token, const holdline::http::Request &request,
                         holdline::Reason reason, const QByteArray &job, const QByteArray &account);
    /// A handed-over job ended without a result, and that is stored; its record has the request, so that it
    /// can be made again.
    void handedOverFailed(const holdline::JobRecord &record);
    void drained();

private:
    struct Held
    {
        std::unique_ptr<Exchange> exchange;
        StartRequest request;
        std::vector<std::pair<QByteArray, QByteArray>> headers;
        UpstreamAnswer upstream;
    };
    struct Turn
    {
        QByteArray account;
        TimePoint since;
    };

    /// What a start's result means for its job.
    struct StartDecision
    {
        JobEvent event = JobEvent::StartUnknown;
        Duration retryDelay{};  ///< with JobEvent::StartRetry
    };

    /// A request that has, or wants, a promise, while it is not known whether it makes a job.
    struct PendingRequest
    {
        http::Request request;
        StartRequest start;
        std::unique_ptr<Exchange> exchange;
        Preferences preferences;
        QByteArray key;  ///< null: none
        QByteArray fingerprint;
        TimePoint since{};
    };
    using AccountKey = std::pair<QByteArray, QByteArray>;

    void applyLimits();
    Duration patience(const Preferences &preferences) const;
    void refuse(const http::Request &request, Exchange &exchange, const Problem &problem);
    void apply(Job &job, JobEvent event, TimePoint now);
    void applyTo(JobKey key, JobEvent event);
    void pump(TimePoint now);
    void sendStart(Job &job, TimePoint now);
    void dispatchStart(Job &job, TimePoint now);
    void giveTurnBack(JobKey key, TimePoint now);
    void onStartFinished(JobStarter::Ticket ticket, const StartResult &result);
    StartDecision judge(const Job &job, const StartResult &result, TimePoint now) const;
    void onSettled(const Job &job);
    http::Response enter(CallbackOutcome word, const QByteArray &jobId, const QByteArray &upstreamId,
                         const http::Request &request, const QString &detail = {});
    void checkDrained();

    // bridgepromises.cpp: requests
    void holdDurable(const http::Request &request, StartRequest start, std::unique_ptr<Exchange> exchange,
                     const Preferences &preferences);
    void onKeyLookedUp(const AccountKey &key, const std::optional<JobRecord> &found);
    void joinOrMake(PendingRequest asking);
    void join(JobKey key, DurableJob &durableJob, PendingRequest asking);
    void makeDurable(PendingRequest asking);
    void replay(PendingRequest &asking, const JobRecord &record);
    void refuseReuse(PendingRequest &asking, const QByteArray &job);
    void refuse(PendingRequest &asking, const Problem &problem);
    void addWaiter(JobKey key, PendingRequest asking, bool joined);
    void onWaiterDue(WaiterId id);
    void onWaiterGone(const Waiter &waiter);
    void answerDue(JobKey key, const QString &error);
    void answer(Waiter &waiter, const http::Response &response, Reason reason, const QByteArray &account);
    http::Response stillRunning(const Job &job, Reason reason) const;

    // bridgerecords.cpp: what is stored of them
    DurableJob *durableJobOf(JobKey key);
    JobRecord currentRecord(const Job &job, const DurableJob &durableJob) const;
    void touch(const Job &job, DurableJob &durableJob);
    void store(const Job &job, DurableJob &durableJob, JobStore::Done done = {});
    void onIntentStored(JobKey key, const QString &error);
    void settleDurable(const Job &job, const UpstreamAnswer &upstream);
    void storeEnding(JobKey key);
    void onEndingStored(JobKey key, const QString &error);
    void tellEnding(JobKey key);
    void forgetDurableJob(JobKey key);
    void retryUnstored();
    void storeStarts();
    bool needsRequest(const JobStatus &status) const;
    void callbackOfStored(const QByteArray &token, const http::Request &request,
                          std::unique_ptr<Exchange> exchange);
    /// A callback that brings a result after the job's end.
    struct LateCallback
    {
        QByteArray token;
        http::Request request;
        std::shared_ptr<Exchange> exchange;
        http::Response response;  ///< once it is durable
    };
    void keepLateResult(const Job &job, const CallbackMessage &message, const LateCallback &late);
    void storeLateResult(JobRecord record, const CallbackMessage &message, const LateCallback &late);
    static void putResult(JobRecord &record, const CallbackMessage &message, const http::Request &request);

    // bridgerecovery.cpp: before a start and before an end
    void recoverOne(const JobRecord &record, TimePoint now);
    void handOverAll();

    Config m_config;
    QByteArray m_callbackUrl;
    JobStarter &m_starter;
    Jobs m_jobs;
    Lanes m_lanes;
    RetryPolicy m_retryPolicy;
    CircuitBreaker m_circuit;
    CallbackLedger m_ledger;
    RecentMinimum m_jobTime;
    std::unordered_map<JobKey, Held> m_held;  ///< of every job that has not ended
    std::unordered_map<JobKey, Turn> m_turns;

    JobStore &m_store;
    std::unordered_map<JobKey, DurableJob> m_durableJobs;
    std::unordered_map<QByteArray, JobKey> m_durableIds;
    std::map<AccountKey, JobKey> m_keys;
    std::map<AccountKey, std::vector<PendingRequest>> m_asking;  ///< while the store looks for their key
    int m_askingCount = 0;
    /// Their starts were accepted within the last second, and that is not stored yet.
    std::vector<JobKey> m_startsToStore;
    int m_openDurable = 0;  ///< durable jobs that are not settled
    int m_storing = 0;      ///< ends that are on their way into the store
    int m_unstored = 0;     ///< ends that could not be stored
    std::uint64_t m_joinedTotal = 0;
    std::uint64_t m_recoveredTotal = 0;
    Waiters m_waiters;
    JobWatches m_watches;

    DeadlineTimer<JobKey> m_deadlines;
    DeadlineTimer<JobKey> m_retries;
    QTimer m_circuitTimer;
    QTimer m_drainTimer;
    QTimer m_housekeeping;
    bool m_draining = false;
    bool m_drained = false;  ///< and said so
};

}  // namespace holdline
