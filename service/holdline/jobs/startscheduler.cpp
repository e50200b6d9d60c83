// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/startscheduler.h"

#include <QRandomGenerator>

#include <algorithm>

namespace holdline {

using std::chrono::milliseconds;

namespace {

Lanes::Limits laneLimits(const Config &config)
{
    return {config.lanes.startsPerAccount, config.lanes.startsInFlight, config.lanes.laneLength,
            config.lanes.queued};
}

CircuitBreaker::Limits circuitLimits(const Config &config)
{
    return {config.circuit.failures, config.circuit.openFor};
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

QByteArray startTrouble(const StartResult &result)
{
    if (result.fate == StartResult::Fate::Accepted)
        return {};
    if (!result.proxyStatus.isEmpty())
        return QByteArray(result.proxyStatus).replace('_', ' ');
    return result.status == 0 ? QByteArrayLiteral("no answer") : "HTTP " + QByteArray::number(result.status);
}

StartScheduler::StartScheduler(const Config &config, const QByteArray &callbackUrl, JobStarter &starter,
                               Handler handler)
    : m_config(config),
      m_callbackUrl(callbackUrl),
      m_starter(starter),
      m_handler(std::move(handler)),
      m_lanes(laneLimits(config)),
      m_circuit(circuitLimits(config)),
      m_retries([this](JobKey job) { retry(job); })
{
    connect(&m_starter, &JobStarter::finished, this,
            [this](JobStarter::Ticket ticket, const StartResult &result) {
                m_handler.startFinished(ticket, result);
            });
    m_circuitTimer.setSingleShot(true);
    connect(&m_circuitTimer, &QTimer::timeout, this, [this] { pump(Clock::now()); });
}

void StartScheduler::reload(const QByteArray &callbackUrl)
{
    m_callbackUrl = callbackUrl;
    m_lanes.setLimits(laneLimits(m_config));
    m_circuit.setLimits(circuitLimits(m_config));
}

std::optional<Problem> StartScheduler::refusal(const StartRequest &start, bool draining, int heldRequests,
                                               TimePoint now, TimePoint deadline) const
{
    AdmissionView view{draining, m_config.hold.drainTimeout, heldRequests, m_config.hold.held, {}};
    if (start.wait)
        view.jobTime = m_jobTime.value();
    return holdline::refusal(view, m_lanes, m_circuit, start.account, now, deadline);
}

void StartScheduler::awaitRetry(const Job &job, TimePoint now, Duration delay)
{
    m_retryAccounts.insert_or_assign(job.key, job.account);
    m_retries.set(job.key, now + delay);
}

void StartScheduler::retry(JobKey job)
{
    const auto account = m_retryAccounts.extract(job);
    m_lanes.enqueueFirst(account.mapped(), job);
    pump(Clock::now());
}

void StartScheduler::leave(JobKey job)
{
    if (m_lanes.remove(job))
        return;
    m_retryAccounts.erase(job);
    m_retries.clear(job);
}

void StartScheduler::beginAttempt(Job &job, TimePoint now)
{
    ++job.attempts;
    m_circuit.startSent(now);
}

void StartScheduler::send(const Job &job, const PendingStart &start, TimePoint now)
{
    StartCall call;
    call.account = job.account;
    call.body = job.token ? renderStart(start.request, m_callbackUrl + '/' + job.token->toText())
                          : start.request.body;
    call.idempotencyKey = job.id;
    call.headers = start.headers;
    // A start that takes longer than the deadline of its job would only block the lane.
    call.timeout = std::max(milliseconds(1), std::min(m_config.upstream.startTimeout,
                                                      std::chrono::ceil<milliseconds>(job.deadline - now)));
    m_starter.start(job.key, call);
}

void StartScheduler::pump(TimePoint now)
{
    while (m_circuit.mayStart(now)) {
        const auto grant = m_lanes.grant();
        if (!grant)
            return;
        m_handler.turnGranted(grant->job, now);
    }
    if (m_lanes.totalQueued() > 0 && m_circuit.openUntil() > now && !m_circuitTimer.isActive())
        m_circuitTimer.start(std::chrono::ceil<milliseconds>(m_circuit.openUntil() - now));
}

void StartScheduler::countResult(const StartResult &result, TimePoint now)
{
    if (countsAsFailure(result))
        m_circuit.failed(now);
    else
        m_circuit.succeeded();
}

StartDecision StartScheduler::decide(const Job &job, const StartResult &result, TimePoint now) const
{
    using Fate = StartResult::Fate;
    if (result.fate == Fate::Accepted)
        return {JobEvent::StartAccepted, {}};
    if (result.fate == Fate::Rejected)
        return {JobEvent::StartRejected, {}};

    const bool ambiguous = result.fate == Fate::Unknown;
    const bool mayRetry = ambiguous ? m_config.retry.ambiguous == AmbiguousRetry::Always : result.retryable;
    if (mayRetry && !job.isSettled()) {
        const RetryPolicy policy{m_config.retry.attempts, m_config.retry.baseDelay, m_config.retry.maxDelay};
        const RetryPolicy::Try failed{job.attempts, result.retryAfter, now, job.deadline,
                                      QRandomGenerator::global()->generateDouble()};
        if (const auto delay = policy.delayAfter(failed))
            return {JobEvent::StartRetry, *delay};
    }
    if (ambiguous)
        return {JobEvent::StartUnknown, {}};
    if (result.unreachable)
        return {JobEvent::StartUnreachable, {}};
    // A start with 408, 425 or 429 gets another try. After the last try the client gets that answer.
    return {result.status >= 400 && result.status < 500 ? JobEvent::StartRejected : JobEvent::StartFailed,
            {}};
}

}  // namespace holdline
