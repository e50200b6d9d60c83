// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/startscheduler.h"

#include <QRandomGenerator>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// An error type of RFC 9209, for a start request that cannot be written.
constexpr auto kConfigurationError = "proxy_configuration_error";

/// The share of one of several upstreams in all start requests in flight, in percent. See isWithinShare().
constexpr int kUpstreamShare = 80;

/// Returns the route's name, with which the lane of a route begins.
QByteArray routeOf(const QByteArray &lane)
{
    const qsizetype slash = lane.indexOf('/');
    return slash < 0 ? lane : lane.first(slash);
}

Lanes::Limits laneLimits(const Config &config, const RouteTable &routes)
{
    Lanes::Limits limits{config.lanes.startsPerAccount, config.lanes.startsInFlight, config.lanes.laneLength,
                         config.lanes.queued, config.limits.accountShare};
    if (routes.hasRoutes())
        limits.rulesOf = [&routes](const QByteArray &lane) { return routes.rulesOf(lane); };
    limits.upstreams = static_cast<int>(routes.upstreams().size());
    if (routes.upstreamsInUse() > 1)
        limits.upstreamShare = kUpstreamShare;
    return limits;
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

StartScheduler::StartScheduler(const Config &config, const RouteTable &routes, const QByteArray &callbackUrl,
                               JobStarter &starter, Handler handler)
    : m_config(config),
      m_routes(routes),
      m_callbackUrl(callbackUrl),
      m_starter(starter),
      m_handler(std::move(handler)),
      m_lanes(laneLimits(config, routes)),
      m_guards(config, routes),
      m_delays([this](JobKey job) { delayOver(job); }),
      m_wakeUps([this](WakeUp) { pump(Clock::now()); })
{
    connect(&m_starter, &JobStarter::finished, this,
            [this](JobStarter::Ticket ticket, const StartResult &result) {
                m_handler.startFinished(ticket, result);
            });
    connect(&m_starter, &JobStarter::leaves, this, &StartScheduler::noteLeftWithToken);
}

void StartScheduler::reload(const QByteArray &callbackUrl)
{
    m_callbackUrl = callbackUrl;
    m_lanes.setLimits(laneLimits(m_config, m_routes));
    for (const JobKey job : m_guards.reload())
        m_guards.ofRoute(m_retries.at(job).route).unfunded.insert(job);
    const auto isForgotten = [this](const auto &entry) { return !m_routes.byName(entry.first); };
    std::erase_if(m_routeJobTime, isForgotten);
    std::erase_if(m_running, isForgotten);
    for (int upstream = 0; upstream < m_guards.count(); ++upstream)
        noteCircuit(m_guards.at(upstream), Clock::now(), {});
}

std::optional<Problem> StartScheduler::refusal(const StartRequest &start, bool draining, int heldRequests,
                                               TimePoint now, TimePoint deadline) const
{
    AdmissionView view{draining, m_config.hold.drainTimeout, heldRequests, m_config.hold.held, {}};
    view.placeTime = jobTimeOf(start.route);
    if (start.wait)
        view.jobTime = view.placeTime;
    return holdline::refusal(view, m_lanes, m_guards.ofRoute(start.route).circuit, start.account, now,
                             deadline);
}

void StartScheduler::addJobTime(const Job &job, Duration took)
{
    (job.route.isEmpty() ? m_jobTime : m_routeJobTime[job.route]).add(took);
}

std::optional<Duration> StartScheduler::jobTimeOf(const QByteArray &route) const
{
    if (route.isEmpty())
        return m_jobTime.value();
    const auto found = m_routeJobTime.find(route);
    return found == m_routeJobTime.end() ? std::nullopt : found->second.value();
}

LaneForecast StartScheduler::forecast(const QByteArray &lane, TimePoint now) const
{
    return m_lanes.forecast(lane, now, jobTimeOf(m_routes.hasRoutes() ? routeOf(lane) : QByteArray()));
}

void StartScheduler::addRecovered(const Job &job, TimePoint now)
{
    noteState(job);
    if (!job.route.isEmpty() && job.times.started)
        m_lanes.addEarlierStart(job.account, *job.times.started, now);
}

void StartScheduler::notePlace(const Job &job)
{
    const bool holds = !job.isSettled() && mayHaveRun(job.status);
    if (m_lanes.setPlace(job.account, job.key, holds))
        m_running[job.route] += holds ? 1 : -1;
}

void StartScheduler::awaitRetry(const Job &job, TimePoint now, Duration delay)
{
    m_retries.insert_or_assign(job.key, Retry{job.account, job.route});
    m_delays.set(job.key, now + delay);
}

void StartScheduler::delayOver(JobKey job)
{
    m_unfunded += m_guards.ofRoute(m_retries.at(job).route).unfunded.insert(job).second ? 1 : 0;
    pump(Clock::now());
}

void StartScheduler::enqueueRetries(TimePoint now)
{
    for (int upstream = 0; upstream < m_guards.count() && m_unfunded > 0; ++upstream) {
        UpstreamGuard &guard = m_guards.at(upstream);
        while (!guard.unfunded.empty() && guard.budget.take(now)) {
            const JobKey job = *guard.unfunded.begin();
            guard.unfunded.erase(guard.unfunded.begin());
            --m_unfunded;
            m_lanes.enqueueAgain(m_retries.extract(job).mapped().account, job);
        }
    }
    if (m_unfunded > 0)
        m_wakeUps.set(WakeUp::Budget, RetryBudget::nextChange(now));
}

void StartScheduler::leave(JobKey job)
{
    if (m_lanes.remove(job))
        return;
    const auto retry = m_retries.extract(job);
    if (!retry)
        return;
    m_delays.clear(job);
    m_unfunded -= static_cast<int>(m_guards.ofRoute(retry.mapped().route).unfunded.erase(job));
}

void StartScheduler::beginAttempt(Job &job, TimePoint now)
{
    UpstreamGuard &guard = m_guards.of(job);
    if (++job.attempts == 1)
        guard.budget.countStart(now);
    guard.circuit.startSent(job.key, now);
}

void StartScheduler::dropAttempt(const Job &job, TimePoint now)
{
    m_guards.of(job).circuit.startEnded(job.key, job.account, CircuitBreaker::Verdict::Nothing, now);
    if (!job.route.isEmpty())
        m_lanes.startDropped(job.account);
}

void StartScheduler::send(const Job &job, const PendingStart &start, TimePoint now)
{
    StartCall call;
    call.account = job.account;
    call.idempotencyKey = job.id;
    call.headers = start.headers;
    if (const auto error = writeStart(job, start, call)) {
        if (!job.route.isEmpty())
            m_lanes.startDropped(job.account);
        failSoon(job.key, error->detail);
        return;
    }
    if (call.token)
        m_tokenStarts.insert_or_assign(job.key, TokenStart{job.account, {}});
    else if (!job.route.isEmpty())
        noteLeft(job.account, now);
    call.passThrough = job.status.passThrough;
    // A start request that takes longer than the deadline of its job would only block the lane.
    call.timeout = std::max(milliseconds(1), std::min(m_config.upstream.startTimeout,
                                                      std::chrono::ceil<milliseconds>(job.deadline - now)));
    m_starter.start(job.key, call);
}

std::optional<StartError> StartScheduler::writeStart(const Job &job, const PendingStart &start,
                                                     StartCall &call) const
{
    const Route *route = m_routes.byName(job.route);
    if (!route)
        return StartError{Reason::InternalError,
                          u"There is no route %1 any more."_s.arg(QString::fromUtf8(job.route))};
    StartValues values{job.id, {}, {}};
    if (job.token) {
        values.token = job.token->toText();
        values.callbackUrl = m_callbackUrl + '/' + values.token;
    }
    // The profile says which other header fields of the client are sent to the upstream.
    if (route->hasProfile())
        std::erase_if(call.headers, [](const auto &field) { return !isTracing(field.first); });
    return route->writeStart({start.clientMethod(), start.target, start.headers, start.request.body},
                             start.request, values, call);
}

/// Reports a failed start request from the event loop, because Handler::startFinished must not be called
/// inside send().
void StartScheduler::failSoon(JobKey job, const QString &why)
{
    StartResult result;
    result.fate = StartResult::Fate::NotStarted;
    result.proxyStatus = kConfigurationError;
    result.detail = why;
    QMetaObject::invokeMethod(
        this, [this, job, result] { m_handler.startFinished(job, result); }, Qt::QueuedConnection);
}

void StartScheduler::pump(TimePoint now)
{
    if (m_unfunded > 0)
        enqueueRetries(now);
    const Lanes::UpstreamFilter isOpen = [this, now](int upstream) {
        return m_guards.at(upstream).circuit.mayStart(now);
    };
    while (const auto grant = m_lanes.grant(now, isOpen))
        m_handler.turnGranted(grant->job, now);
    if (const auto next = m_lanes.nextGrant())
        m_wakeUps.set(WakeUp::Rate, *next);
    std::optional<TimePoint> probe;
    for (int upstream = 0; upstream < m_guards.count(); ++upstream) {
        if (m_lanes.isReady(upstream) && !isOpen(upstream)) {
            const TimePoint next = m_guards.at(upstream).circuit.nextProbe();
            probe = probe ? std::min(*probe, next) : next;
        }
    }
    if (probe)
        m_wakeUps.set(WakeUp::Probe, *probe);
}

CircuitBreaker::Verdict StartScheduler::verdictOn(const Job &job, const StartResult &result) const
{
    using Verdict = CircuitBreaker::Verdict;
    // Without an access token nothing was sent, so nothing is known about the upstream. Failed fetches of
    // tokens have pauses of their own.
    if (result.lacksToken)
        return Verdict::Nothing;
    if (result.status >= 500)
        return Verdict::Fails;
    // Any other complete answer shows that the upstream works, also a redirect or a 2xx that cannot be read.
    if (result.status > 0)
        return result.brokeOff ? Verdict::Nothing : Verdict::Works;
    // The job's deadline came before the timeout for start requests, so the upstream may have been fast
    // enough.
    if (result.timedOut && job.deadline - *job.times.started < m_config.upstream.startTimeout)
        return Verdict::Nothing;
    if (result.fate == StartResult::Fate::Unknown)
        return Verdict::Fails;
    // All connections that Holdline may open were in use, or the start request could not be written.
    const bool isOurs =
        result.proxyStatus == "connection_limit_reached" || result.proxyStatus == kConfigurationError;
    return isOurs ? Verdict::Nothing : Verdict::Unreachable;
}

void StartScheduler::countResult(const Job &job, const StartResult &result, TimePoint now)
{
    UpstreamGuard &guard = m_guards.of(job);
    guard.circuit.startEnded(job.key, job.account, verdictOn(job, result), now);
    noteCircuit(guard, now, startTrouble(result));
    if (!job.route.isEmpty())
        takeBackStart(job, result);
}

void StartScheduler::noteLeft(const QByteArray &account, TimePoint now)
{
    m_lanes.startLeft(account, now);
    // Only now is it known when the lane's rate allows the next start request.
    if (const auto next = m_lanes.nextGrant())
        m_wakeUps.set(WakeUp::Rate, *next);
}

void StartScheduler::noteLeftWithToken(JobKey job)
{
    const auto found = m_tokenStarts.find(job);
    if (found == m_tokenStarts.end())
        return;
    TokenStart &start = found->second;
    const TimePoint now = Clock::now();
    if (start.left)
        m_lanes.addEarlierStart(start.account, now, now);
    else
        noteLeft(start.account, now);
    start.left = now;
}

/// Takes a start request out of the lane's rate when no byte of it was sent, because the upstream cannot have
/// counted it.
void StartScheduler::takeBackStart(const Job &job, const StartResult &result)
{
    const auto withToken = m_tokenStarts.extract(job.key);
    const std::optional<TimePoint> left = withToken ? withToken.mapped().left : job.times.started;
    if (!left)
        m_lanes.startDropped(job.account);
    else if (result.fate == StartResult::Fate::NotStarted && result.status == 0)
        m_lanes.takeBackStart(job.account, *left);
}

void StartScheduler::countSuccess(const Job &job, TimePoint now)
{
    UpstreamGuard &guard = m_guards.of(job);
    guard.circuit.succeeded();
    noteCircuit(guard, now, {});
}

void StartScheduler::noteCircuit(UpstreamGuard &guard, TimePoint now, const QByteArray &trouble)
{
    const CircuitBreaker &circuit = guard.circuit;
    if (circuit.isOpen() == guard.openSince.has_value())
        return;
    const Duration lasted = guard.openSince ? now - *guard.openSince : Duration::zero();
    guard.openSince = circuit.isOpen() ? std::optional(now) : std::nullopt;
    m_handler.circuitChanged(
        {circuit.isOpen(), circuit.run(), trouble, m_config.circuit.failures <= 0, lasted, guard.name});
}

RetryPolicy::Try StartScheduler::tryOf(const Job &job, const StartResult &result, TimePoint now) const
{
    return {job.attempts,
            result.retryAfter,
            now,
            job.deadline,
            QRandomGenerator::global()->generateDouble(),
            job.status.durable ? now - job.times.created : Duration::zero()};
}

StartDecision StartScheduler::decide(const Job &job, const StartResult &result, TimePoint now) const
{
    using Fate = StartResult::Fate;
    if (result.fate == Fate::Accepted) {
        switch (result.report) {
            case JobReport::Completed:
                return {JobEvent::StartCompleted, {}};
            case JobReport::Failed:
                return {JobEvent::StartJobFailed, {}};
            case JobReport::Progress:
                return {JobEvent::StartAccepted, {}};
        }
    }
    if (result.fate == Fate::Rejected)
        return {JobEvent::StartRejected, {}};

    const bool ambiguous = result.fate == Fate::Unknown;
    // A 4xx here is 408, 425 or 429, which is tried again. After the last try the client gets that answer.
    const bool rejected = !ambiguous && result.status >= 400 && result.status < 500;
    const bool unreachable = !ambiguous && result.unreachable;
    const bool mayRetry = ambiguous ? repeatsUnknownStarts(m_config, job) : result.retryable;
    std::optional<Duration> delay;
    if (mayRetry && !job.isSettled()) {
        const RetryPolicy policy{m_config.retry.attempts, m_config.retry.baseDelay, m_config.retry.maxDelay};
        delay = policy.delayAfter(tryOf(job, result, now));
    }
    const auto either = [&delay](JobEvent retry, JobEvent end) {
        return StartDecision{delay ? retry : end, delay.value_or(Duration::zero())};
    };
    if (ambiguous)
        return either(JobEvent::RetryUnknown, JobEvent::StartUnknown);
    if (unreachable)
        return either(JobEvent::RetryUnreachable, JobEvent::StartUnreachable);
    if (rejected)
        return either(JobEvent::RetryRejected, JobEvent::StartRejected);
    return either(JobEvent::RetryFailed, JobEvent::StartFailed);
}

}  // namespace holdline
