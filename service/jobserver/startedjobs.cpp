// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/startedjobs.h"

#include "core/proof/proofformat.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using http::ExchangeId;

namespace {

/// The time between the callback with the wrong id and the right one.
constexpr std::chrono::milliseconds kWrongIdGap{50};
/// The longest time from an early callback to the answer to the start request.
constexpr std::chrono::milliseconds kEarlyAnswerTimeout{2000};

CallbackSender::Options senderOptions(const JobServerOptions &options)
{
    return {options.callbackRetries, options.callbackBackoff, options.callbackTimeout,
            options.callbacksAtOnce, options.seed};
}

PoolOptions poolOptions(const JobServerOptions &options)
{
    PoolOptions pool;
    pool.maxConnections = options.callbacksAtOnce;
    pool.maxQueued = options.callbacksAtOnce;
    pool.scope = ConnectionScope::Any;
    pool.maxAnswerBytes = 64 * 1024;
    return pool;
}

http::Response jsonResponse(const QByteArray &body)
{
    return {200, {{"Content-Type", "application/json"}}, body, false};
}

JobTime now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

StartedJobs::StartedJobs(const JobServerOptions &options, ProofMaker &proofs, JobServerStats &stats,
                         ProfileApi *api)
    : m_options(options),
      m_stats(stats),
      m_proofs(proofs),
      m_dice(options.faults, options.seed),
      m_api(api),
      m_network(std::make_unique<PooledAccessManager>(poolOptions(options))),
      m_callbacks(*m_network, senderOptions(options)),
      m_timer([this](JobKey key) { timeCame(key); })
{
    for (const auto &[account, starts] : m_options.startsOf)
        m_diceOf.emplace(account, FaultDice(starts.faults, options.seed));
    connect(&m_callbacks, &CallbackSender::finished, this, &StartedJobs::callbackFinished);
}

StartedJobs::~StartedJobs() = default;

void StartedJobs::endRunningJobs()
{
    for (auto &[key, job] : m_jobs) {
        if (job.stage != Stage::Running)
            continue;
        job.progressLeft = 0;
        m_timer.setIn(key, 0ms);
    }
}

void StartedJobs::cancel(const QByteArray &id)
{
    const auto found = m_jobsOfApi.find(id);
    if (found == m_jobsOfApi.end() || m_jobs.at(found->second).stage != Stage::Running)
        return;
    Job &job = m_jobs.at(found->second);
    // A cancelled job ends as failed, but is not counted as an injected fault.
    job.isCancelled = true;
    job.progressLeft = 0;
    m_timer.setIn(found->second, 0ms);
}

void StartedJobs::begin(ExchangeId exchange, JobRequest request)
{
    const JobKey key = ++m_lastKey;
    Job job;
    job.request = std::move(request);
    job.exchange = exchange;
    const QByteArray &account = job.request.account;
    const auto dice = m_diceOf.find(account);
    job.faults = dice == m_diceOf.end() ? m_dice.roll() : dice->second.roll();
    const auto starts = m_options.startsOf.find(account);
    const auto latency = starts == m_options.startsOf.end() ? m_options.startLatency : starts->second.latency;
    m_jobs.emplace(key, std::move(job));
    m_jobOf.emplace(exchange, key);
    if (latency > 0ms)
        m_timer.setIn(key, latency);
    else
        startJob(key);
}

void StartedJobs::clientLeft(ExchangeId exchange)
{
    if (const auto it = m_jobOf.find(exchange); it != m_jobOf.end()) {
        m_jobs.at(it->second).exchange = 0;
        m_jobOf.erase(it);
    }
}

void StartedJobs::timeCame(JobKey key)
{
    const auto it = m_jobs.find(key);
    if (it == m_jobs.end())
        return;
    switch (it->second.stage) {
        case Stage::Latency:
            startJob(key);
            break;
        case Stage::Running:
            if (it->second.progressLeft > 0)
                postProgress(key);
            else
                jobEnded(key);
            break;
        case Stage::WrongId:
            postCallbacks(key);
            break;
        case Stage::EarlyAnswer:
            callbackFinished(key);
            break;
    }
}

void StartedJobs::startJob(JobKey key)
{
    Job &job = m_jobs.at(key);
    for (const Fault fault : {Fault::Start500, Fault::Start503}) {
        if (!inject(job, fault))
            continue;
        const ExchangeId exchange = std::exchange(job.exchange, 0);
        m_jobs.erase(key);
        m_jobOf.erase(exchange);
        if (exchange != 0)
            Q_EMIT refused(exchange,
                           {fault == Fault::Start500 ? 500 : 503, u"fault injected: no job was started"_s});
        return;
    }

    if (repeatAnswer(key))
        return;
    job.id = m_proofs.nextId();
    if (job.request.api && !job.request.api->made.isEmpty())
        job.id = job.request.api->made;
    job.startedAt = formatStartedAt(now());
    job.stage = Stage::Running;
    countStart(job);
    if (job.request.api) {
        m_api->started(job.id, job.request.api);
        m_jobsOfApi.insert_or_assign(job.id, key);
    }
    const bool wait = job.request.wait;
    if (!wait && inject(job, Fault::Early)) {
        jobEnded(key);
        return;
    }
    auto duration = m_options.durationFor(job.request.account);
    if (!wait && inject(job, Fault::Late))
        duration += m_options.faults.lateBy;
    job.progressLeft = wait ? 0 : m_options.progress;
    job.progressGap = duration / (job.progressLeft + 1);
    m_timer.setIn(key, job.progressGap);
    if (!wait || job.faults.has(Fault::Reset))
        answerStart(job);
}

/// Answers a start request (wait:false) like the earlier request with the same Idempotency-Key. Returns false
/// without such an earlier request.
bool StartedJobs::repeatAnswer(JobKey key)
{
    Job &job = m_jobs.at(key);
    if (!m_options.idempotentStarts || job.request.wait || job.request.idempotencyKey.isEmpty())
        return false;
    const QByteArray *id = m_startedWith.find(qHash(job.request.idempotencyKey));
    if (!id)
        return false;
    ++m_stats.repeatedStarts;
    job.id = *id;
    answerStart(job);
    endJob(key);
    return true;
}

void StartedJobs::countStart(const Job &job)
{
    const JobRequest &request = job.request;
    ++m_stats.starts;
    ++(request.wait ? m_stats.blockingStarts : m_stats.asyncStarts);
    m_stats.mostRunning = std::max(m_stats.mostRunning, ++m_stats.running);
    if (!request.idempotencyKey.isEmpty() && !m_startedWith.insert(qHash(request.idempotencyKey), job.id))
        ++m_stats.duplicateStarts;
    m_stats.countAccount(request.account);
    Q_EMIT jobStarted(request, job.id);
}

void StartedJobs::answerStart(Job &job)
{
    if (job.request.api)
        answer(job, m_api->startAnswer(*job.request.api, job.id));
    else
        answer(job, jsonResponse(runningJson(job)));
}

void StartedJobs::postProgress(JobKey key)
{
    Job &job = m_jobs.at(key);
    --job.progressLeft;
    // finished() with the key 0 is ignored, because no job has this key.
    m_callbacks.send(0, callbackOf(job, m_options.progress - job.progressLeft));
    m_timer.setIn(key, job.progressGap);
}

void StartedJobs::jobEnded(JobKey key)
{
    Job &job = m_jobs.at(key);
    if (job.stage == Stage::Running) {
        --m_stats.running;
        ++m_stats.finished;
        inject(job, Fault::Failed);
        if (job.request.api)
            m_api->ended(job.id, hasFailed(job));
    }
    if (job.request.wait) {
        answer(job, jsonResponse(finalJson(job)));
        endJob(key);
        return;
    }
    const bool isCalledBack = !job.request.api || m_api->callsBack();
    if (!isCalledBack || inject(job, Fault::NoCallback)) {
        Q_EMIT callbackOmitted(job.request);
        if (job.exchange != 0)
            answerStart(job);
        endJob(key);
        return;
    }
    if (inject(job, Fault::WrongId)) {
        Job wrong = job;
        wrong.id = m_proofs.strangeId();
        // finished() with the key 0 is ignored, because no job has this key.
        m_callbacks.send(0, callbackOf(wrong));
        job.stage = Stage::WrongId;
        m_timer.setIn(key, kWrongIdGap);
        return;
    }
    postCallbacks(key);
}

void StartedJobs::postCallbacks(JobKey key)
{
    Job &job = m_jobs.at(key);
    const CallbackMessage message = callbackOf(job);
    m_callbacks.send(key, message);
    if (inject(job, Fault::Duplicate))
        m_callbacks.send(0, message);
    if (job.faults.has(Fault::Early)) {
        job.stage = Stage::EarlyAnswer;
        m_timer.setIn(key, kEarlyAnswerTimeout);
    } else {
        endJob(key);
    }
}

void StartedJobs::callbackFinished(JobKey key)
{
    const auto it = m_jobs.find(key);
    if (it == m_jobs.end())
        return;
    answerStart(it->second);
    endJob(key);
}

void StartedJobs::endJob(JobKey key)
{
    m_timer.clear(key);
    const auto known = m_jobsOfApi.find(m_jobs.at(key).id);
    if (known != m_jobsOfApi.end() && known->second == key)
        m_jobsOfApi.erase(known);
    m_jobs.erase(key);
}

bool StartedJobs::hasFailed(const Job &job)
{
    return job.isCancelled || job.faults.has(Fault::Failed);
}

CallbackMessage StartedJobs::callbackOf(const Job &job, int progress) const
{
    if (!job.request.api)
        return {job.request.callback, progress > 0 ? runningJson(job) : finalJson(job)};
    const ApiState end = hasFailed(job) ? ApiState::Failed : ApiState::Completed;
    return m_api->callback(*job.request.api, job.id, progress > 0 ? ApiState::Running : end, progress);
}

QByteArray StartedJobs::runningJson(const Job &job)
{
    return "{\"state\":\"running\",\"id\":\"" + job.id + "\"}";
}

QByteArray StartedJobs::finalJson(const Job &job) const
{
    const bool failed = job.faults.has(Fault::Failed);
    QByteArray json;
    json.reserve(192);
    json.append("{\"id\":\"").append(job.id);
    json.append(failed ? "\",\"state\":\"failed" : "\",\"state\":\"completed");
    json.append("\",\"startedAt\":\"").append(job.startedAt);
    if (!failed)
        json.append("\",\"proof\":\"").append(m_proofs.proof(job.request.account, job.id, job.startedAt));
    return json.append("\"}");
}

bool StartedJobs::inject(const Job &job, Fault fault)
{
    if (!job.faults.has(fault))
        return false;
    ++m_stats.faults[faultName(fault)];
    return true;
}

void StartedJobs::answer(Job &job, const http::Response &response)
{
    const ExchangeId exchange = std::exchange(job.exchange, 0);
    if (exchange == 0)
        return;
    m_jobOf.erase(exchange);
    if (inject(job, Fault::Reset))
        Q_EMIT answered(exchange, AnswerForm::Reset, {});
    else if (inject(job, Fault::Garbage))
        Q_EMIT answered(exchange, AnswerForm::Raw,
                        {200, {}, spoiledAnswer(response.body, ++m_spoiled), false});
    else
        Q_EMIT answered(exchange, AnswerForm::Whole, response);
}

}  // namespace holdline
