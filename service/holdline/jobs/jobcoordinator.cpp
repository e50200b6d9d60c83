// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/jobcoordinator.h"

#include "core/base/crashpoint.h"
#include "service/http/problemresponse.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cmath>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr auto kHousekeepingInterval = std::chrono::seconds(1);

Jobs::Limits retentionLimits(const Config &config)
{
    return {config.hold.retainedResults, config.hold.retainedBytes, config.hold.retainedFor};
}

Lanes::Limits laneLimits(const Config &config)
{
    return {config.lanes.startsPerAccount, config.lanes.startsInFlight, config.lanes.laneLength,
            config.lanes.queued};
}

CircuitBreaker::Limits circuitLimits(const Config &config)
{
    return {config.circuit.failures, config.circuit.openFor};
}

}  // namespace

std::vector<std::pair<QByteArray, QByteArray>> travellingHeaders(const http::Request &request)
{
    std::vector<std::pair<QByteArray, QByteArray>> headers;
    headers.emplace_back("X-Request-Id", request.requestId);
    for (const char *name : {"traceparent", "tracestate"}) {
        if (auto value = request.headers.combined(name))
            headers.emplace_back(name, *std::move(value));
    }
    return headers;
}

JobEvent eventOf(const CallbackMessage &message, const QByteArray &upstreamId)
{
    if (!upstreamId.isEmpty() && upstreamId != message.id)
        return JobEvent::CallbackMismatched;
    return message.completed ? JobEvent::CallbackCompleted : JobEvent::CallbackFailed;
}

namespace {

/// In a few words, for people.
QByteArray troubleOf(const StartResult &result)
{
    if (result.fate == StartResult::Fate::Accepted)
        return {};
    if (!result.proxyStatus.isEmpty())
        return QByteArray(result.proxyStatus).replace('_', ' ');
    return result.status == 0 ? QByteArrayLiteral("no answer") : "HTTP " + QByteArray::number(result.status);
}

bool countsAsFailure(const StartResult &result)
{
    switch (result.fate) {
        case StartResult::Fate::Accepted:
        case StartResult::Fate::Rejected:
            return false;
        case StartResult::Fate::NotStarted:
            return result.unreachable || result.status >= 500;
        case StartResult::Fate::Unknown:
            break;
    }
    return true;
}

}  // namespace

JobCoordinator::JobCoordinator(const Config &config, const QByteArray &callbackUrl, JobStarter &starter,
                               JobStore &store, std::uint8_t shard, QObject *parent)
    : QObject(parent),
      m_config(config),
      m_callbackUrl(callbackUrl),
      m_starter(starter),
      m_jobs(retentionLimits(config), 0, shard),
      m_lanes(laneLimits(config)),
      m_circuit(circuitLimits(config)),
      m_store(store),
      m_waiters(
          {[this](WaiterId id) { onWaiterDue(id); }, [this](const Waiter &waiter) { onWaiterGone(waiter); }}),
      m_watches([this](JobKey key, Found found) {
          const DurableJob *durableJob = durableJobOf(key);
          if (durableJob)
              find(durableJob->id, std::move(found));
          else
              found(std::nullopt);
      }),
      m_deadlines([this](JobKey key) { applyTo(key, JobEvent::Deadline); }),
      m_retries([this](JobKey key) {
          if (const Job *job = m_jobs.find(key)) {
              m_lanes.enqueueFirst(job->account, key);
              pump(Clock::now());
          }
      })
{
    applyLimits();
    connect(&m_starter, &JobStarter::finished, this, &JobCoordinator::onStartFinished);
    connect(&m_jobs, &Jobs::settled, this, &JobCoordinator::onSettled);

    m_circuitTimer.setSingleShot(true);
    connect(&m_circuitTimer, &QTimer::timeout, this, [this] { pump(Clock::now()); });

    m_drainTimer.setSingleShot(true);
    connect(&m_drainTimer, &QTimer::timeout, this, [this] {
        for (const JobKey key : m_jobs.heldKeys())
            applyTo(key, JobEvent::DrainExpired);
        handOverAll();
    });

    m_housekeeping.setInterval(kHousekeepingInterval);
    connect(&m_housekeeping, &QTimer::timeout, this, [this] {
        m_jobs.expire(Clock::now());
        storeStarts();
        retryUnstored();
    });
    m_housekeeping.start();
}

JobCoordinator::~JobCoordinator() = default;

void JobCoordinator::reload(const Config &config, const QByteArray &callbackUrl)
{
    m_config = config;
    m_callbackUrl = callbackUrl;
    applyLimits();
    pump(Clock::now());
}

void JobCoordinator::applyLimits()
{
    m_jobs.setLimits(retentionLimits(m_config));
    m_lanes.setLimits(laneLimits(m_config));
    m_circuit.setLimits(circuitLimits(m_config));
    m_retryPolicy = {m_config.retry.attempts, m_config.retry.baseDelay, m_config.retry.maxDelay};
}

void JobCoordinator::refuse(const http::Request &request, Exchange &exchange, const Problem &problem)
{
    exchange.answer(http::problemResponse(problem));
    Q_EMIT requestRefused(request, problem);
}

Duration JobCoordinator::patience(const Preferences &preferences) const
{
    if (preferences.wait)
        return std::min<Duration>(*preferences.wait, m_config.hold.maxDeadline);
    return preferences.respondAsync ? Duration::zero() : Duration(m_config.hold.deadline);
}

void JobCoordinator::hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
                          std::unique_ptr<Exchange> exchange)
{
    if (const auto *error = std::get_if<StartError>(&parsed)) {
        refuse(request, *exchange, {error->reason, error->detail, {}, {}});
        return;
    }
    StartRequest &start = std::get<StartRequest>(parsed);

    Preferences preferences;
    if (const auto prefer = request.headers.combined("Prefer"))
        preferences = parsePrefer(*prefer);
    // One that passes through is answered at once as it is.
    preferences.respondAsync = preferences.respondAsync && start.wait;
    if (preferences.respondAsync || request.headers.contains("Idempotency-Key")) {
        holdDurable(request, std::move(start), std::move(exchange), preferences);
        return;
    }

    const TimePoint now = Clock::now();
    const TimePoint deadline = now + patience(preferences);
    AdmissionView view{m_draining, m_config.hold.drainTimeout, requestsHeld(), m_config.hold.held, {}};
    if (start.wait)
        view.jobTime = m_jobTime.value();
    if (const auto problem = refusal(view, m_lanes, m_circuit, start.account, now, deadline)) {
        refuse(request, *exchange, *problem);
        return;
    }

    m_jobs.expire(now);
    // The waiter is in place before anything leaves: a callback can overtake the start's answer.
    Job &job = m_jobs.make(start.account, !start.wait, now, deadline);
    job.requestId = request.requestId;
    job.client = request.peer;
    const JobKey key = job.key;
    connect(exchange.get(), &Exchange::clientGone, this, [this, key] { applyTo(key, JobEvent::ClientGone); });
    m_held.emplace(key, Held{std::move(exchange), std::move(start), travellingHeaders(request), {}});
    m_deadlines.set(key, deadline);
    m_lanes.enqueue(job.account, key);
    Q_EMIT jobChanged(job);
    pump(now);
}

void JobCoordinator::pump(TimePoint now)
{
    while (m_circuit.mayStart(now)) {
        const auto grant = m_lanes.grant();
        if (!grant)
            return;
        m_turns.insert_or_assign(grant->job, Turn{grant->account, now});
        Job *job = m_jobs.find(grant->job);
        const JobActions actions =
            job ? m_jobs.apply(*job, JobEvent::TurnGranted, now).actions : JobActions();
        if (actions.testFlag(JobAction::SendStart)) {
            sendStart(*job, now);
        } else {
            m_turns.erase(grant->job);
            m_lanes.endTurn(grant->account, {});
        }
    }
    if (m_lanes.totalQueued() > 0 && m_circuit.openUntil() > now && !m_circuitTimer.isActive())
        m_circuitTimer.start(std::chrono::ceil<milliseconds>(m_circuit.openUntil() - now));
}

void JobCoordinator::sendStart(Job &job, TimePoint now)
{
    ++job.attempts;
    m_circuit.startSent(now);
    DurableJob *durableJob = durableJobOf(job.key);
    if (!durableJob) {
        dispatchStart(job, now);
        return;
    }
    touch(job, *durableJob);
    // Whatever happens from here on, it is known that this start may have left.
    store(job, *durableJob, [this, key = job.key](const QString &error) { onIntentStored(key, error); });
    Q_EMIT jobChanged(job);
}

void JobCoordinator::dispatchStart(Job &job, TimePoint now)
{
    Held &held = m_held.at(job.key);

    StartCall call;
    call.account = job.account;
    call.body =
        job.token ? renderStart(held.request, m_callbackUrl + '/' + job.token->toText()) : held.request.body;
    call.idempotencyKey = job.id;
    call.headers = held.headers;
    // A start that outlives its job's deadline would only block the lane.
    call.timeout = std::max(milliseconds(1), std::min(m_config.upstream.startTimeout,
                                                      std::chrono::ceil<milliseconds>(job.deadline - now)));
    m_starter.start(job.key, call);
    Q_EMIT jobChanged(job);
}

void JobCoordinator::giveTurnBack(JobKey key, TimePoint now)
{
    if (const auto turn = m_turns.extract(key)) {
        m_lanes.endTurn(turn.mapped().account, {});
        pump(now);
    }
}

JobCoordinator::StartDecision JobCoordinator::judge(const Job &job, const StartResult &result,
                                                    TimePoint now) const
{
    using Fate = StartResult::Fate;
    if (result.fate == Fate::Accepted)
        return {JobEvent::StartAccepted, {}};
    if (result.fate == Fate::Rejected)
        return {JobEvent::StartRejected, {}};

    const bool ambiguous = result.fate == Fate::Unknown;
    const bool mayRetry = ambiguous ? m_config.retry.ambiguous == AmbiguousRetry::Always : result.retryable;
    if (mayRetry && !job.isSettled()) {
        const RetryPolicy::Try failed{job.attempts, result.retryAfter, now, job.deadline,
                                      QRandomGenerator::global()->generateDouble()};
        if (const auto delay = m_retryPolicy.delayAfter(failed))
            return {JobEvent::StartRetry, *delay};
    }
    if (ambiguous)
        return {JobEvent::StartUnknown, {}};
    if (result.unreachable)
        return {JobEvent::StartUnreachable, {}};
    // 408, 425 and 429 are worth another try, but in the end they are the upstream's word to this client.
    return {result.status >= 400 && result.status < 500 ? JobEvent::StartRejected : JobEvent::StartFailed,
            {}};
}

void JobCoordinator::onStartFinished(JobStarter::Ticket ticket, const StartResult &result)
{
    const auto turn = m_turns.find(ticket);
    if (turn == m_turns.end())
        return;
    const TimePoint now = Clock::now();
    const Duration took = now - turn->second.since;
    const QByteArray account = turn->second.account;
    m_turns.erase(turn);
    // A refused connection is quick, and says nothing about how long a turn takes.
    m_lanes.endTurn(account, result.unreachable ? std::nullopt : std::optional(took));
    if (countsAsFailure(result))
        m_circuit.failed(now);
    else
        m_circuit.succeeded();
    Q_EMIT startEnded(result, took);

    if (Job *job = m_jobs.find(ticket)) {
        if (job->upstreamId.isEmpty())
            job->upstreamId = result.upstreamId;
        if (const auto held = m_held.find(ticket); held != m_held.end())
            held->second.upstream = {result.status, result.contentType, result.body, result.proxyStatus,
                                     result.detail};
        if (QByteArray trouble = troubleOf(result); !trouble.isEmpty())
            job->startTrouble = std::move(trouble);
        const StartDecision verdict = judge(*job, result, now);
        if (verdict.event == JobEvent::StartRetry)
            m_retries.set(ticket, now + verdict.retryDelay);
        if (DurableJob *durableJob = durableJobOf(ticket)) {
            crashPoint("start_answered");
            durableJob->maybeRan = durableJob->maybeRan || (verdict.event == JobEvent::StartRetry &&
                                                            result.fate == StartResult::Fate::Unknown);
        }
        apply(*job, verdict.event, now);
        if (const auto held = m_held.find(ticket);
            held != m_held.end() && verdict.event != JobEvent::StartRetry) {
            // From here on it only waits: what is held for long must be small.
            held->second.request = {};
            held->second.headers = {};
        }
        if (DurableJob *durableJob = durableJobOf(ticket); durableJob && !job->isSettled()) {
            touch(*job, *durableJob);
            if (job->status.state == JobState::Running) {
                durableJob->request.reset();
                m_startsToStore.push_back(ticket);
            } else {
                store(*job, *durableJob);
            }
        }
        Q_EMIT jobChanged(*job);
    }
    pump(now);
}

void JobCoordinator::applyTo(JobKey key, JobEvent event)
{
    Job *job = m_jobs.find(key);
    if (!job)
        return;
    const TimePoint now = Clock::now();
    apply(*job, event, now);
    pump(now);
}

void JobCoordinator::apply(Job &job, JobEvent event, TimePoint now)
{
    // Settle is carried out by onSettled(), EndTurn by onStartFinished(), SendStart by pump().
    const JobActions actions = m_jobs.apply(job, event, now).actions;
    if (actions.testFlag(JobAction::LeaveLane)) {
        m_lanes.remove(job.key);
        m_retries.clear(job.key);
    }
}

void JobCoordinator::callback(QByteArrayView token, const http::Request &request,
                              std::unique_ptr<Exchange> exchange)
{
    Job *job = m_jobs.findByToken(token);
    if (!job) {
        // It may be a durable job's whose end is only in the store.
        if (CallbackToken::fromText(token)) {
            callbackOfStored(token.toByteArray(), request, std::move(exchange));
            return;
        }
        Q_EMIT callbackRefused(token, request, Reason::CallbackUnknown, {}, {});
        exchange->answer(enter(CallbackOutcome::Unknown, {}, {}, request));
        return;
    }
    auto parsed = parseCallback(request.body);
    if (const auto *error = std::get_if<QString>(&parsed)) {
        Q_EMIT callbackRefused(token, request, Reason::CallbackMalformed, job->id, job->account);
        exchange->answer(enter(CallbackOutcome::Malformed, job->id, {}, request, *error));
        return;
    }

    const CallbackMessage &message = std::get<CallbackMessage>(parsed);
    const TimePoint now = Clock::now();
    const JobEvent event = eventOf(message, job->upstreamId);
    if (job->status.durable)
        crashPoint("callback_taken");
    // The machine is pure, so it can be asked first: whoever hears of the settled job finds it complete.
    const JobStep ahead = step(job->status, event);
    if (ahead.actions.testFlag(JobAction::Settle)) {
        UpstreamAnswer &upstream = m_held.at(job->key).upstream;
        upstream.contentType = request.headers.value("Content-Type");
        upstream.body = request.body;
        job->upstreamId = message.id;
        // The job ran after all: its start was no failure of the upstream.
        if (job->status.startUnknown)
            m_circuit.succeeded();
    }
    apply(*job, event, now);
    if (ahead.actions.testFlag(JobAction::Settle)) {
        if (const auto took = job->phases(now).job)
            m_jobTime.add(*took);
    }
    if (ahead.callback == CallbackOutcome::Mismatched)
        Q_EMIT callbackRefused(token, request, Reason::CallbackMismatched, job->id, job->account);
    const http::Response response = enter(ahead.callback, job->id, message.id, request);

    const bool isKept = ahead.actions.testFlag(JobAction::KeepResult);
    const DurableJob *durableJob = durableJobOf(job->key);
    if (durableJob && durableJob->ending && ahead.callback != CallbackOutcome::Mismatched) {
        // Its end is on its way into the store, and what this callback brings goes after it.
        Ending &ending = *durableJob->ending;
        if (isKept) {
            ending.record.status = job->status;
            putResult(ending.record, message, request);
        }
        ending.callbacks.push_back({std::move(exchange), response});
        if (isKept || ending.unstored)
            storeEnding(job->key);
    } else if (isKept && job->status.durable) {
        keepLateResult(*job, message, {token.toByteArray(), request, std::move(exchange), response});
    } else {
        if (isKept)
            m_jobs.keepResult(*job, request.body);
        exchange->answer(response);
    }
    pump(now);
}

http::Response JobCoordinator::enter(CallbackOutcome word, const QByteArray &jobId,
                                     const QByteArray &upstreamId, const http::Request &request,
                                     const QString &detail)
{
    m_ledger.enter(
        {std::chrono::system_clock::now(), word, jobId, upstreamId, request.peer, request.body.size()});
    Q_EMIT callbackEntered(word);
    switch (word) {
        case CallbackOutcome::Unknown:
            return http::problemResponse(
                {Reason::CallbackUnknown, u"This callback address was never given out."_s, {}, {}});
        case CallbackOutcome::Mismatched:
            return http::problemResponse(
                {Reason::CallbackMismatched,
                 u"The address belongs to a job with another id; that job stays pending."_s,
                 jobId,
                 {}});
        case CallbackOutcome::Malformed:
            return http::problemResponse(
                {Reason::CallbackMalformed, detail + u" The job stays pending."_s, jobId, {}});
        default:
            return callbackTaken(word);
    }
}

void JobCoordinator::onSettled(const Job &job)
{
    m_deadlines.clear(job.key);
    auto node = m_held.extract(job.key);
    Held &held = node.mapped();
    if (job.status.durable) {
        settleDurable(job, held.upstream);
        return;
    }
    int status = 499;
    if (job.status.outcome == Reason::ClientGone) {
        // We are inside a signal of the exchange.
        held.exchange.release()->deleteLater();
    } else {
        const http::Response response = jobResponse(job, held.upstream);
        status = response.status;
        held.exchange->answer(response);
    }
    m_jobs.find(job.key)->endStatus = status;
    Q_EMIT jobEnded(job, status);
    checkDrained();
}

void JobCoordinator::checkDrained()
{
    if (m_draining && requestsHeld() == 0 && m_storing == 0 && !std::exchange(m_drained, true))
        QMetaObject::invokeMethod(this, &JobCoordinator::drained, Qt::QueuedConnection);
}

int JobCoordinator::requestsHeld() const
{
    return m_jobs.heldCount() - m_openDurable + m_waiters.count() + m_askingCount;
}

bool JobCoordinator::cancel(JobKey key)
{
    const bool held = m_held.contains(key);
    applyTo(key, JobEvent::Cancel);
    return held;
}

bool JobCoordinator::pauseLane(const QByteArray &account)
{
    return m_lanes.pause(account);
}

bool JobCoordinator::resumeLane(const QByteArray &account)
{
    const bool wasPaused = m_lanes.resume(account);
    pump(Clock::now());
    return wasPaused;
}

void JobCoordinator::drain(milliseconds timeout)
{
    if (m_draining)
        return;
    m_draining = true;
    m_drainTimer.start(timeout);
    checkDrained();
}

}  // namespace holdline
