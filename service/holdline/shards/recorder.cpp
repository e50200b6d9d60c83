// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/recorder.h"

#include "core/config/suggest.h"
#include "core/telemetry/logging.h"
#include "service/holdline/jobsapi/jobsapi.h"

namespace holdline {

namespace {

constexpr std::size_t kProgressStates = 100;
/// The most characters of the error text in the log line about a refused callback. The text may contain parts
/// of the callback.
constexpr qsizetype kMostDetail = 200;

void record(LatencyHistogram &histogram, const std::optional<Duration> &took)
{
    if (took)
        histogram.record(*took);
}

}  // namespace

Recorder::Recorder(LogSink &sink, const Config &config, JobCoordinator &coordinator, QObject *parent)
    : QObject(parent),
      m_coordinator(coordinator),
      m_accessLog(sink, config.log.format, config.log.accessLinesPerSecond),
      m_startLog(sink, config.log.format)
{
    connect(&coordinator, &JobCoordinator::jobEnded, this, &Recorder::onJobEnded);
    connect(&coordinator, &JobCoordinator::requestAnswered, this, &Recorder::onRequestAnswered);
    connect(&coordinator, &JobCoordinator::requestRefused, this, &Recorder::recordRefusal);
    connect(&coordinator, &JobCoordinator::startEnded, this, &Recorder::onStartEnded);
    connect(&coordinator, &JobCoordinator::callbackEntered, this,
            [this](CallbackOutcome outcome) { m_counters.countCallback(outcome); });
    connect(&coordinator, &JobCoordinator::jobProgressed, this, &Recorder::onJobProgressed);
    connect(&coordinator, &JobCoordinator::upstreamCancelled, this, &Recorder::onUpstreamCancelled);
    connect(&coordinator, &JobCoordinator::circuitChanged, this,
            [this](const CircuitChange &change) { m_startLog.write(change); });
    connect(&coordinator, &JobCoordinator::callbackRefused, this,
            [this](QByteArrayView, const http::Request &request, Reason reason, const QByteArray &job,
                   const QByteArray &, const QByteArray &route,
                   const QString &detail) { onCallbackRefused(request, reason, job, route, detail); });
    connect(&coordinator, &JobCoordinator::callbackUnknown, this, &Recorder::onCallbackUnknown);
}

void Recorder::watch(HttpFront &front)
{
    connect(&front, &HttpFront::requestRefused, this, &Recorder::onRequestRefused);
    const http::HttpListener &listener = front.listener();
    connect(&listener, &http::HttpListener::requestRefused, this,
            [this](int status) { m_counters.countHttpRefusal(status); });
    connect(&listener, &http::HttpListener::connectionClosed, this,
            [this] { ++m_counters.connectionsClosed; });
}

void Recorder::watch(ShardRouter &router)
{
    connect(&router, &ShardRouter::requestRefused, this, &Recorder::onRequestRefused);
    connect(&router, &ShardRouter::startForwarded, this, [this] { ++m_counters.startsForwarded; });
    connect(&router, &ShardRouter::callbackForwarded, this, [this] { ++m_counters.callbacksForwarded; });
}

void Recorder::watch(JobsApi &api)
{
    connect(&api, &JobsApi::requestRefused, this, &Recorder::onRequestRefused);
    connect(&api, &JobsApi::answered, this,
            [this](ApiRoute route, int status) { m_counters.countApiAnswer(route, status); });
}

void Recorder::setConfig(const Config &config)
{
    m_accessLog.configure(config.log.format, config.log.accessLinesPerSecond);
    m_startLog.setFormat(config.log.format);
}

void Recorder::onJobEnded(const Job &job, int status)
{
    const TimePoint now = job.times.settled.value_or(Clock::now());
    if (job.attempts > 1)
        m_counters.retries += static_cast<std::uint64_t>(job.attempts - 1);
    if (!job.route.isEmpty())
        m_counters.countRouteJob(job.route, job.status.outcome);
    const JobPhases phases = job.phases(now);
    record(m_counters.queueTook, phases.queue);
    record(m_counters.jobTook, phases.job);
    if (job.status.durable)
        return;  // each client's request is recorded by onRequestAnswered()
    m_counters.countRequest(job.status.outcome);
    record(m_counters.requestTook, phases.total);
    m_accessLog.write(accessRecord(job, status, now, std::chrono::system_clock::now()), now);
}

void Recorder::onRequestAnswered(const RequestEnd &end)
{
    m_counters.countRequest(end.reason);
    m_counters.requestTook.record(end.took);
    AccessRecord record;
    record.at = std::chrono::system_clock::now();
    record.id = end.job;
    record.outcome = end.reason;
    record.status = end.status;
    record.route = end.route;
    record.account = end.account;
    record.total = end.took;
    record.requestId = end.requestId;
    record.client = end.client;
    m_accessLog.write(record, Clock::now());
}

void Recorder::onRequestRefused(const http::Request &request, const Problem &problem)
{
    recordRefusal(request.requestId, request.peer, problem);
}

void Recorder::recordRefusal(const QByteArray &requestId, const QByteArray &client, const Problem &problem)
{
    m_counters.countRequest(problem.reason);
    AccessRecord record;
    record.at = std::chrono::system_clock::now();
    record.id = problem.job;
    record.outcome = problem.reason;
    record.status = problem.status();
    record.requestId = requestId;
    record.client = client;
    m_accessLog.write(record, Clock::now());
}

void Recorder::onStartEnded(const Job &job, const StartResult &result, const StartDecision &decision,
                            Duration took)
{
    m_counters.countStart(result.fate, took);
    if (result.fate != StartResult::Fate::Accepted)
        m_startLog.write(job, result, decision, Clock::now());
}

void Recorder::onUpstreamCancelled(JobKey key, UpstreamCancel result, int status)
{
    m_counters.countUpstreamCancel(result);
    const Job *job = m_coordinator.jobs().find(key);
    if (result == UpstreamCancel::Done || !m_cancelLines.take(Clock::now()))
        return;
    QByteArray text = "the upstream did not cancel a job: job=" + (job ? job->id : QByteArray()) +
                      " result=" + name(result).data();
    if (status != 0)
        text += " status=" + QByteArray::number(status);
    qCWarning(lcUpstream).noquote() << text;
}

/// Logs each state that no profile has, once. If a profile misspells a final state, all its jobs keep
/// waiting, and this line shows the reason.
void Recorder::onJobProgressed(const Job &job, bool isKnownState)
{
    if (isKnownState || m_progressStates.size() >= kProgressStates ||
        !m_progressStates.insert(job.progress.state).second)
        return;
    qCInfo(lcUpstream).noquote() << "callback state \"" + job.progress.state +
                                        "\" is not known to be final, so it counts as progress: job=" +
                                        job.id;
}

/// Logs a refused callback, at a limited rate. The line does not contain the token, because the token is a
/// secret.
void Recorder::onCallbackRefused(const http::Request &request, Reason reason, const QByteArray &job,
                                 const QByteArray &route, const QString &detail)
{
    if (!m_refusedCallbackLines.take(Clock::now()))
        return;
    QByteArray text = "callback refused: reason=" + QByteArray(name(reason).data(), name(reason).size()) +
                      " peer=" + request.peer;
    if (!job.isEmpty())
        text += " job=" + job;
    if (!route.isEmpty())
        text += " route=" + route;
    if (!detail.isEmpty())
        text += ": " + oneLine(detail, kMostDetail).toUtf8();
    if (const std::int64_t left = m_refusedCallbackLines.takeLeftOut(); left > 0)
        text += " (" + QByteArray::number(left) + " more before it)";
    qCInfo(lcUpstream).noquote() << text;
}

void Recorder::onCallbackUnknown(const http::Request &request, const QByteArray &route)
{
    if (!m_unknownCallbackLines.take(Clock::now()))
        return;
    QByteArray text = "callback of no job of this service: route=" + route + " peer=" + request.peer;
    if (const std::int64_t left = m_unknownCallbackLines.takeLeftOut(); left > 0)
        text += " (" + QByteArray::number(left) + " more before it)";
    qCInfo(lcUpstream).noquote() << text;
}

Gauges Recorder::gauges() const
{
    Gauges gauges;
    gauges.held = m_coordinator.requestsHeld();
    gauges.queued = m_coordinator.lanes().totalQueued();
    gauges.lanes = m_coordinator.lanes().laneCount();
    gauges.durable = m_coordinator.durableCount();
    gauges.waiting = m_coordinator.waitingCount();
    gauges.startsInFlight = m_coordinator.startsInFlight();
    gauges.retainedJobs = m_coordinator.jobs().retainedCount();
    gauges.retainedBytes = m_coordinator.jobs().retainedResultBytes();
    gauges.bodyBytes = m_coordinator.memory().used();
    gauges.bodyBytesLimit = m_coordinator.memory().limit();
    m_coordinator.guards().forEachInUse([&gauges, now = Clock::now()](const UpstreamGuard &guard) {
        gauges.circuitOpen = gauges.circuitOpen || !guard.circuit.mayStart(now);
        gauges.circuits.emplace(guard.name, guard.circuit.state(now));
    });
    gauges.routeRunning = m_coordinator.running();
    gauges.draining = m_coordinator.isDraining();
    gauges.accessLinesDropped = m_accessLog.dropped();
    gauges.logLinesLost = m_accessLog.lost();
    return gauges;
}

}  // namespace holdline
