// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/jobcoordinator.h"

#include "core/base/crashpoint.h"
#include "core/telemetry/logging.h"
#include "service/holdline/jobs/interimresponses.h"
#include "service/holdline/jobs/linkbase.h"
#include "service/holdline/jobs/recovery.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"

#include <algorithm>

namespace holdline {

using std::chrono::milliseconds;

namespace {

constexpr auto kHousekeepingInterval = std::chrono::seconds(1);

Jobs::Limits retentionLimits(const Config &config)
{
    return {config.hold.retainedResults, config.hold.retainedBytes, config.hold.retainedFor};
}

}  // namespace

JobCoordinator::JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter,
                               JobStarter &queries, JobStore &store, std::uint8_t shard,
                               std::shared_ptr<SharedCallbacks> shared, QObject *parent)
    : QObject(parent),
      m_config(config),
      m_routes(config),
      m_shared(shared ? std::move(shared) : std::make_shared<SharedCallbacks>()),
      m_store(store),
      m_limits(m_config),
      m_jobs(retentionLimits(config), 0, shard),
      m_waiters(m_live, {[this](LiveJob &live, Waiter &waiter) { m_handOvers.timeUp(live, waiter); },
                         [this](LiveJob &live, const Waiter &waiter) { onWaiterGone(live, waiter); }}),
      m_scheduler(
          m_config, m_routes, callbackUrl, starter,
          {[this](JobKey key, TimePoint now) { apply(*m_jobs.find(key), JobEvent::TurnGranted, {now}); },
           [this](JobKey key, const StartResult &result) { onStartFinished(key, result); },
           [this](const CircuitChange &change) { Q_EMIT circuitChanged(change); }}),
      m_queries(m_jobs, m_live, m_routes, queries,
                {[this](JobKey key, const StartResult &result) { onStatusAnswered(key, result); },
                 [this](const Job &job) { return !guards().of(job).circuit.isOpen(); },
                 [this](JobKey key, UpstreamCancel result, int status) {
                     Q_EMIT upstreamCancelled(key, result, status);
                 }}),
      m_keys(m_config, m_live, store,
             {[this] { return requestsHeld(); }, [this] { return m_draining; },
              [this](const LiveJob &live) {
                  const Job *job = m_jobs.find(live.key);
                  return job ? job->status : live.durable->ending->record.status;
              },
              [this](PendingRequest request) { make(std::move(request), Clock::now()); },
              [this](LiveJob &live, PendingRequest request) { join(live, std::move(request)); },
              [this](PendingRequest &request, const Problem &problem) {
                  refuse(request.requestId, request.client, *request.exchange, problem);
              },
              [this](const RequestEnd &end) { Q_EMIT requestAnswered(end); },
              [this](const JobRecord &record) {
                  // A job that ended during the lookup is not restored.
                  if (!m_live.findById(record.id) && !m_jobs.findByToken(record.token))
                      recoverOne(record, Clock::now());
              },
              [this] { checkDrained(); }}),
      m_directory(m_jobs, m_live, m_keys, store, [this](JobKey key) { applyTo(key, JobEvent::Cancel); }),
      m_journal(m_config, m_routes, m_jobs, m_live, store, m_directory.watches(),
                {[this](JobKey key, const QString &error) { onIntentStored(key, error); },
                 [this](JobKey key) { applyTo(key, JobEvent::StoreFailed); },
                 [this](LiveJob &live, const QString &error) { m_handOvers.stored(live, error); },
                 [this](LiveJob &live, bool isDurable) { onEndStored(live, isDurable); }}),
      m_handOvers(m_jobs, m_waiters, m_journal,
                  {[this](JobKey key) { applyTo(key, JobEvent::Deadline); },
                   [this](Job &job) { apply(job, JobEvent::HandOver, {Clock::now()}); },
                   [this](const Job &job) {
                       Q_EMIT jobChanged(job);
                       checkDrained();
                   }}),
      m_callbacks(
          m_jobs, m_routes, store, m_shared->seen,
          {[this](Job &job, JobEvent event, ReceivedCallback &callback) { onCallback(job, event, callback); },
           [this](CallbackOutcome outcome) { Q_EMIT callbackEntered(outcome); },
           [this](QByteArrayView token, const http::Request &request, Reason reason, const QByteArray &job,
                  const QByteArray &account, const QByteArray &route, const QString &detail) {
               Q_EMIT callbackRefused(token, request, reason, job, account, route, detail);
           },
           [this](WaitingCallback waited, ReceivedCallback::Wait wait) {
               m_registered.receiveAgain(std::move(waited), wait);
           },
           [this](const http::Request &request, const QByteArray &route) {
               Q_EMIT callbackUnknown(request, route);
           }}),
      m_late(m_jobs, m_routes, store, m_shared->seen, m_queries, m_callbacks,
             [this](Job &job, const StartResult &result, ReceivedCallback &callback) {
                 onLateFetched(job, result, callback);
             }),
      m_registered(shard, m_jobs, m_routes, store, m_callbacks, m_shared->jobs,
                   {[this] { return std::max(m_config.limits.callbackConnections / 2, 1); },
                    [this] { pumpIfQueued(); }}),
      m_failed(store, [this](const JobRecord &record) { Q_EMIT handedOverFailed(record); }),
      m_deadlines([this](JobKey key) { applyTo(key, JobEvent::Deadline); })
{
    m_callbacks.setCallbackUrl(callbackUrl);
    m_jobs.setForgetting([this](const Job &job) { m_registered.remove(job); });
    connect(&m_waiters, &Waiters::answered, this, &JobCoordinator::requestAnswered);
    connect(&store, &JobStore::replaced, this, [this] { m_journal.writeAll(); });
    connect(&store, &JobStore::availabilityChanged, this, [this] { m_journal.tidy(); });
    m_drainTimer.setSingleShot(true);
    connect(&m_drainTimer, &QTimer::timeout, this, &JobCoordinator::onDrainTimeout);
    m_housekeeping.setInterval(kHousekeepingInterval);
    connect(&m_housekeeping, &QTimer::timeout, this, [this] {
        m_jobs.expire(Clock::now());
        shortenDoubts();
        m_journal.tidy();
        m_failed.retry();
        m_registered.expire(Clock::now());
    });
    m_housekeeping.start();
}

void JobCoordinator::reload(const Config &config, const QByteArray &callbackUrl)
{
    m_config = config;
    m_routes.reload(config);
    m_limits.reload();
    m_jobs.setLimits(retentionLimits(config));
    m_scheduler.reload(callbackUrl);
    m_callbacks.setCallbackUrl(callbackUrl);
    m_scheduler.pump(Clock::now());
}

// Requests

void JobCoordinator::hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
                          std::unique_ptr<Exchange> exchange)
{
    if (const auto *error = std::get_if<StartError>(&parsed)) {
        refuse(request.requestId, request.peer, *exchange, {error->reason, error->detail, {}, {}});
        return;
    }
    auto &start = std::get<StartRequest>(parsed);
    AccountUsage::Seat seat = m_limits.enter(start.account);
    const auto problem = m_limits.refusal(*seat.use(), start.body.size(), requestsHeld());
    // While the service shuts down, a later check refuses the request with the reason `draining`.
    if (problem && !m_draining) {
        refuse(request.requestId, request.peer, *exchange, *problem);
        return;
    }
    seat.countRequest();
    seat.setBytes(start.body.size());
    const TimePoint now = Clock::now();
    const Route *route = m_routes.byName(start.route);
    PendingRequest pending = pendingRequest(request, std::move(start),
                                            route ? route->travellingFields(request) : TravellingHeaders(),
                                            std::move(exchange), now);
    pending.seat = std::move(seat);
    pending.links = linkBaseOf(m_config.server, request);
    if (const auto key = request.headers.combined("Idempotency-Key"))
        m_keys.take(request, *key, std::move(pending));
    else
        make(std::move(pending), now);
}

void JobCoordinator::refuse(const QByteArray &requestId, const QByteArray &client, Exchange &exchange,
                            Problem problem)
{
    if (problem.retryAfter)
        problem.retryAfter = std::min(*problem.retryAfter, m_config.retry.maxRetryAfter);
    exchange.answer(http::problemResponse(problem));
    Q_EMIT requestRefused(requestId, client, problem);
}

Duration JobCoordinator::patience(const PendingRequest &request) const
{
    const Preferences &preferences = request.preferences;
    if (preferences.wait)
        return std::min<Duration>(*preferences.wait, m_config.hold.maxDeadline);
    if (preferences.respondAsync)
        return Duration::zero();
    const Route *route = m_routes.byName(request.start.route);
    return route ? route->config().deadline.value_or(m_config.hold.deadline) : m_config.hold.deadline;
}

std::optional<Problem> JobCoordinator::refusal(const PendingRequest &request, TimePoint now,
                                               TimePoint deadline) const
{
    if (auto problem = m_scheduler.refusal(request.start, m_draining, requestsHeld(), now, deadline))
        return problem;
    if (!request.wantsDurableJob())
        return std::nullopt;
    if (!m_store.isAvailable())
        return storeUnavailable(m_store.errorString());
    return m_limits.durableRefusal(*request.seat.use(), request.target.size() + request.start.body.size(),
                                   durableCount());
}

void JobCoordinator::make(PendingRequest &&request, TimePoint now)
{
    const bool isDurable = request.wantsDurableJob();
    const bool handsOver = request.preferences.respondAsync;
    const TimePoint waitsUntil = request.since + patience(request);
    const TimePoint deadline = isDurable ? now + m_config.hold.jobDeadline : waitsUntil;
    if (const auto problem = refusal(request, now, handsOver ? deadline : waitsUntil)) {
        refuse(request.requestId, request.client, *request.exchange, *problem);
        return;
    }

    m_jobs.expire(now);
    Job &job = m_jobs.make(request.start.account, !request.start.wait, now, deadline);
    const JobKey key = job.key;
    job.route = request.start.route;
    job.status.durable = isDurable;
    job.status.handedOver = handsOver;
    job.repeatable = request.preferences.repeatable;
    job.requestId = request.requestId;
    job.client = request.client;
    LiveJob &live = m_live.add(key, isDurable ? durableJobOf(job, request) : nullptr);
    live.start = {std::move(request.start), std::move(request.headers), std::move(request.method),
                  std::move(request.target)};
    live.seat = request.seat.another();
    if (isDurable)
        live.countDurable(storedBytes(*live.durable->request));
    live.countBytes(job.status);
    // The waiter is added before the start request is sent, because the callback may come before the answer
    // to the start request. The waiter of a plain job needs no deadline, because the deadline of the job is
    // the same.
    addWaiter(live, std::move(request), isDurable ? std::optional(waitsUntil) : std::nullopt, false);
    m_deadlines.set(key, deadline);
    if (isDurable) {
        m_keys.bind(job.account, live);
        crashPoint("request_taken");
    }

    m_scheduler.enqueue(job);
    Q_EMIT jobChanged(job);
    m_scheduler.pump(now);
    if (!isDurable)
        return;
    // A job that started at once was stored by Journal::writeIntent(). A job that is still queued is stored
    // now.
    const Job *made = m_jobs.find(key);
    if (LiveJob *waiting = m_live.find(key); made && waiting && made->status.state == JobState::Queued)
        m_journal.writeQueued(*made, *waiting);
}

void JobCoordinator::join(LiveJob &live, PendingRequest &&request)
{
    const TimePoint now = Clock::now();
    const TimePoint waitsUntil = request.since + patience(request);
    const bool handsOver = request.preferences.respondAsync;
    ++live.durable->joined;
    ++m_joinedTotal;
    addWaiter(live, std::move(request), waitsUntil, true);
    Job *job = m_jobs.find(live.key);
    if (live.durable->ending || !job)
        return;  // the end is being written, and all waiters are answered after that
    m_journal.touch(*job, live);
    if (handsOver && !job->status.handedOver) {
        apply(*job, JobEvent::HandOver, {now});
        m_journal.write(*job, live);
    }
    if (std::exchange(live.durable->dormant, false)) {
        m_scheduler.enqueue(*job);
        m_scheduler.pump(now);
    }
    Q_EMIT jobChanged(*job);
}

void JobCoordinator::addWaiter(LiveJob &live, PendingRequest &&request, std::optional<TimePoint> deadline,
                               bool joined)
{
    Waiter waiter;
    waiter.exchange = std::move(request.exchange);
    waiter.since = request.since;
    waiter.requestId = std::move(request.requestId);
    waiter.client = std::move(request.client);
    waiter.links = std::move(request.links);
    waiter.preference = appliedPreference(request.preferences);
    waiter.joined = joined;
    if (const Job *job = live.durable ? m_jobs.find(live.key) : nullptr)
        waiter.route = job->route;
    waiter.seat = std::move(request.seat);
    waiter.seat.setBytes(0);
    m_waiters.add(live, std::move(waiter), deadline);
}

void JobCoordinator::recover(const std::vector<JobRecord> &records)
{
    const TimePoint now = Clock::now();
    for (const JobRecord &record : records) {
        if (!m_live.findById(record.id))
            recoverOne(record, now);
    }
    // The start requests are sent from the event loop, so that the shard listens before a callback can come.
    QMetaObject::invokeMethod(
        this, [this] { m_scheduler.pump(Clock::now()); }, Qt::QueuedConnection);
}

void JobCoordinator::recoverOne(const JobRecord &record, TimePoint now)
{
    LiveJob *live = restoreJob(record, m_config, m_routes, m_jobs, m_live, now);
    if (!live)
        return;
    ++m_recoveredTotal;
    Job &job = *m_jobs.find(live->key);
    live->seat = m_limits.enter(job.account);
    live->countDurable(record.request ? storedBytes(*record.request) : 0);
    live->countBytes(job.status);
    m_keys.bind(job.account, *live);
    m_registered.add(job);
    noteRecovered(job, *live->durable, now);
    m_scheduler.addRecovered(job, now);
    const bool isInDoubt = isStartInDoubt(job.status);
    if (isInDoubt)
        beginDoubt(job, now);
    else
        m_deadlines.set(job.key, job.deadline);
    // The new deadline is stored, so that the next process does not give the job another grace time.
    if (hasGrace(job, m_config))
        m_journal.write(job, *live);
    else if (isInDoubt)
        m_journal.writeSoon(job, *live);
    if (job.status.state == JobState::Queued && !live->durable->dormant)
        m_scheduler.enqueue(job);
    if (job.status.state == JobState::Running) {
        freeStart(job, *live);
        m_queries.begin(job);
    }
}

/// Shortens the deadline of a durable job whose start is in doubt, because its callback may never come.
void JobCoordinator::beginDoubt(Job &job, TimePoint now)
{
    job.deadline = m_doubts.add(job, now, m_config.hold.doubtDeadline);
    m_deadlines.set(job.key, job.deadline);
}

void JobCoordinator::shortenDoubts()
{
    for (const auto &[key, deadline] : m_doubts.shortened(m_config.hold.doubtDeadline)) {
        Job &job = *m_jobs.find(key);
        job.deadline = deadline;
        m_deadlines.set(key, deadline);
        m_journal.writeSoon(job, *m_live.find(key));
        Q_EMIT jobChanged(job);
    }
}

bool JobCoordinator::cancel(JobKey key)
{
    const Job *job = m_jobs.find(key);
    const bool goesOn = job && !job->isSettled();
    applyTo(key, JobEvent::Cancel);
    return goesOn;
}

bool JobCoordinator::resumeLane(const QByteArray &account)
{
    const bool wasPaused = m_scheduler.resume(account);
    m_scheduler.pump(Clock::now());
    return wasPaused;
}

// Draining

void JobCoordinator::checkDrained()
{
    if (m_draining && requestsHeld() == 0 && m_journal.endsInFlight() == 0 && !std::exchange(m_drained, true))
        QMetaObject::invokeMethod(this, &JobCoordinator::drained, Qt::QueuedConnection);
}

void JobCoordinator::drain(milliseconds timeout)
{
    if (m_draining)
        return;
    m_draining = true;
    m_drainTimer.start(timeout);
    checkDrained();
}

void JobCoordinator::onDrainTimeout()
{
    for (const JobKey key : m_jobs.heldKeys())
        applyTo(key, JobEvent::DrainExpired);
    int lost = 0;
    for (const JobKey key : m_jobs.heldKeys())
        lost += m_handOvers.leaveToNextProcess(*m_jobs.find(key), *m_live.find(key)) ? 0 : 1;
    if (lost > 0)
        qCWarning(lcService)
            << lost << "jobs with a key, or handed over, end with this process: nothing is stored on disk";
    checkDrained();
}

}  // namespace holdline
