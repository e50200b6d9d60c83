// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/jobserver.h"

#include "core/proof/proofformat.h"
#include "service/httpclient/pooledaccessmanager.h"
#include "service/jobserver/validation.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>

namespace holdline {

using namespace Qt::StringLiterals;
using http::ExchangeId;

namespace {

const QByteArray kJson = "application/json"_ba;
const QByteArray kContentType = "Content-Type"_ba;
/// The time between the callback with the wrong id and the right one.
constexpr std::chrono::milliseconds kWrongIdGap{50};
/// The longest time from an early callback to the start's answer.
constexpr std::chrono::milliseconds kEarlyAnswerTimeout{2000};

http::Limits listenerLimits(const JobServerOptions &options)
{
    http::Limits limits;
    limits.maxConnections = options.maxConnections;
    limits.reservedConnections = 0;
    return limits;
}

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

JobTime now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

JobServer::JobServer(const JobServerOptions &options, QObject *parent)
    : QObject(parent),
      m_options(options),
      m_dice(options.faults, options.seed),
      m_proofs(options.secret, options.seed),
      m_turns(options.slot, options.connectionsPerAccount),
      m_network(std::make_unique<PooledAccessManager>(poolOptions(options))),
      m_callbacks(*m_network, senderOptions(options)),
      m_timer([this](JobKey key) { timeCame(key); }),
      m_listener(listenerLimits(options))
{
    for (const auto &[account, starts] : m_options.startsOf)
        m_diceOf.emplace(account, FaultDice(starts.faults, options.seed));
    connect(&m_listener, &http::HttpListener::requestReceived, this, &JobServer::requestReceived);
    connect(&m_listener, &http::HttpListener::exchangeAborted, this, &JobServer::exchangeAborted);
    connect(&m_listener, &http::HttpListener::connectionClosed, this,
            [this](http::ConnectionId connection) { grant(m_turns.close(connection)); });
    connect(&m_callbacks, &CallbackSender::finished, this, &JobServer::callbackFinished);
}

JobServer::~JobServer() = default;

void JobServer::endRunningJobs()
{
    for (const auto &[key, job] : m_jobs) {
        if (job.stage == Stage::Running)
            m_timer.setIn(key, 0ms);
    }
}

JobServerStats JobServer::stats() const
{
    JobServerStats stats = m_stats;
    stats.mostConnectionsOfOneAccount = m_turns.mostServedAtOnce();
    stats.longestLine = m_turns.longestLine();
    stats.waiting = m_turns.waiting();
    const CallbackSender::Counters &callbacks = m_callbacks.counters();
    stats.callbacks = callbacks.made;
    stats.callbacksDelivered = callbacks.delivered;
    stats.callbacksGivenUp = callbacks.givenUp;
    stats.callbackRetries = callbacks.retries;
    stats.callbacksInFlight = m_callbacks.inFlight();
    stats.callbacksQueued = m_callbacks.queued();
    stats.callbackAnswers = callbacks.answers;
    return stats;
}

// Requests

void JobServer::requestReceived(ExchangeId exchange, const http::Request &request)
{
    struct Route
    {
        QByteArrayView path;
        QByteArrayView method;
        void (JobServer::*handler)(ExchangeId, const http::Request &);
    };
    static constexpr std::array<Route, 5> kRoutes{{{"/start", "POST", &JobServer::askForTurn},
                                                   {"/", "POST", &JobServer::askForTurn},
                                                   {"/proxy", "POST", &JobServer::askForTurn},
                                                   {"/validate", "POST", &JobServer::validate},
                                                   {"/stats", "GET", &JobServer::showStats}}};
    const auto route = std::find_if(kRoutes.begin(), kRoutes.end(),
                                    [&request](const Route &r) { return r.path == request.path(); });
    if (route == kRoutes.end()) {
        refuse(exchange, {404, u"no such path. Use POST /start or GET /stats"_s});
    } else if (route->method != request.method) {
        http::Response response{
            405, {{kContentType, kJson}, {"Allow", route->method.toByteArray()}}, {}, false};
        response.body = "{\"error\":\"wrong method\"}\n";
        m_listener.respond(exchange, response);
    } else {
        (this->*route->handler)(exchange, request);
    }
}

void JobServer::askForTurn(ExchangeId exchange, const http::Request &request)
{
    ++m_stats.requests;
    const auto parsed = parseJobRequest(request.body);
    if (const auto *error = std::get_if<RequestError>(&parsed)) {
        ++m_stats.refused;
        refuse(exchange, *error);
        return;
    }
    auto job = std::get<JobRequest>(parsed);
    job.idempotencyKey = request.headers.value("Idempotency-Key");

    if (m_jobs.size() >= kMaxJobs || m_waiting.size() >= kMaxJobs) {
        ++m_stats.refused;
        refuse(exchange, {503, u"too many jobs at once"_s});
        return;
    }
    const auto answer = m_turns.ask(job.account, m_listener.connectionOf(exchange), exchange);
    if (answer == AccountTurns::Answer::Refused) {
        ++m_stats.refused;
        refuse(exchange, {503, u"this connection holds the turns of too many accounts"_s});
        return;
    }
    m_waiting.emplace(exchange, std::move(job));
    if (answer == AccountTurns::Answer::Granted)
        grant({exchange});
}

void JobServer::validate(ExchangeId exchange, const http::Request &request)
{
    const auto judged = judgeBlock(m_proofs, request.target, request.body);
    if (const auto *error = std::get_if<RequestError>(&judged))
        refuse(exchange, *error);
    else
        m_listener.respond(exchange, {200, {{kContentType, kJson}}, std::get<QByteArray>(judged), false});
}

void JobServer::showStats(ExchangeId exchange, const http::Request &request)
{
    const bool perAccount = request.target.sliced(request.path().size()).contains("accounts=1");
    m_listener.respond(exchange, {200, {{kContentType, kJson}}, stats().toJson(perAccount), false});
}

void JobServer::exchangeAborted(ExchangeId exchange)
{
    if (m_waiting.erase(exchange) > 0)
        ++m_stats.leftBefore;
    if (const auto it = m_jobOf.find(exchange); it != m_jobOf.end()) {
        m_jobs.at(it->second).exchange = 0;
        m_jobOf.erase(it);
    }
    grant(m_turns.leave(exchange));
}

// Turns

void JobServer::grant(const std::vector<AccountTurns::Ticket> &tickets)
{
    m_granted.insert(m_granted.end(), tickets.begin(), tickets.end());
    // The calls below may end turns and call this function again. A loop avoids a deep recursion with a long
    // queue.
    if (m_granting)
        return;
    m_granting = true;
    while (!m_granted.empty()) {
        const ExchangeId exchange = m_granted.front();
        m_granted.pop_front();
        beginStart(exchange);
    }
    m_granting = false;
}

void JobServer::beginStart(ExchangeId exchange)
{
    const auto waiting = m_waiting.find(exchange);
    if (waiting == m_waiting.end())
        return;  // the client left between its turn and now
    const JobKey key = ++m_lastKey;
    Job job;
    job.request = std::move(waiting->second);
    job.exchange = exchange;
    const QByteArray &account = job.request.account;
    const auto dice = m_diceOf.find(account);
    job.faults = dice == m_diceOf.end() ? m_dice.roll() : dice->second.roll();
    const auto starts = m_options.startsOf.find(account);
    const auto latency = starts == m_options.startsOf.end() ? m_options.startLatency : starts->second.latency;
    m_waiting.erase(waiting);
    m_jobs.emplace(key, std::move(job));
    m_jobOf.emplace(exchange, key);
    if (latency > 0ms)
        m_timer.setIn(key, latency);
    else
        startJob(key);
}

// Jobs

void JobServer::timeCame(JobKey key)
{
    const auto it = m_jobs.find(key);
    if (it == m_jobs.end())
        return;
    switch (it->second.stage) {
        case Stage::Latency:
            startJob(key);
            break;
        case Stage::Running:
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

void JobServer::startJob(JobKey key)
{
    Job &job = m_jobs.at(key);
    for (const Fault fault : {Fault::Start500, Fault::Start503}) {
        if (!inject(job, fault))
            continue;
        const ExchangeId exchange = std::exchange(job.exchange, 0);
        m_jobs.erase(key);
        m_jobOf.erase(exchange);
        if (exchange != 0)
            refuse(exchange, {fault == Fault::Start500 ? 500 : 503, u"fault injected: no job was started"_s});
        return;
    }

    if (repeatAnswer(key))
        return;
    job.id = m_proofs.nextId();
    job.startedAt = formatStartedAt(now());
    job.stage = Stage::Running;
    countStart(job);
    const bool wait = job.request.wait;
    if (!wait && inject(job, Fault::Early)) {
        jobEnded(key);
        return;
    }
    auto duration = m_options.durationFor(job.request.account);
    if (!wait && inject(job, Fault::Late))
        duration += m_options.faults.lateBy;
    m_timer.setIn(key, duration);
    if (!wait || job.faults.has(Fault::Reset))
        answerStart(job);
}

/// Answers a start (wait:false) like the earlier one with the same Idempotency-Key.
bool JobServer::repeatAnswer(JobKey key)
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

void JobServer::countStart(const Job &job)
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

void JobServer::answerStart(Job &job)
{
    answer(job, "{\"state\":\"running\",\"id\":\"" + job.id + "\"}");
}

void JobServer::jobEnded(JobKey key)
{
    Job &job = m_jobs.at(key);
    if (job.stage == Stage::Running) {
        --m_stats.running;
        ++m_stats.finished;
        inject(job, Fault::Failed);
    }
    if (job.request.wait) {
        answer(job, finalJson(job));
        endJob(key);
        return;
    }
    if (inject(job, Fault::NoCallback)) {
        Q_EMIT callbackOmitted(job.request);
        endJob(key);
        return;
    }
    if (inject(job, Fault::WrongId)) {
        Job wrong = job;
        wrong.id = m_proofs.nextId();
        // finished() with the key 0 is ignored, because no job has this key.
        m_callbacks.send(0, job.request.callback, finalJson(wrong));
        job.stage = Stage::WrongId;
        m_timer.setIn(key, kWrongIdGap);
        return;
    }
    postCallbacks(key);
}

void JobServer::postCallbacks(JobKey key)
{
    Job &job = m_jobs.at(key);
    const QByteArray body = finalJson(job);
    m_callbacks.send(key, job.request.callback, body);
    if (inject(job, Fault::Duplicate))
        m_callbacks.send(0, job.request.callback, body);
    if (job.faults.has(Fault::Early)) {
        job.stage = Stage::EarlyAnswer;
        m_timer.setIn(key, kEarlyAnswerTimeout);
    } else {
        endJob(key);
    }
}

void JobServer::callbackFinished(JobKey key)
{
    const auto it = m_jobs.find(key);
    if (it == m_jobs.end())
        return;
    answerStart(it->second);
    endJob(key);
}

void JobServer::endJob(JobKey key)
{
    m_timer.clear(key);
    m_jobs.erase(key);
}

QByteArray JobServer::finalJson(const Job &job) const
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

bool JobServer::inject(const Job &job, Fault fault)
{
    if (!job.faults.has(fault))
        return false;
    ++m_stats.faults[faultName(fault)];
    return true;
}

// Answers

void JobServer::answer(Job &job, const QByteArray &json)
{
    const ExchangeId exchange = std::exchange(job.exchange, 0);
    if (exchange == 0)
        return;
    m_jobOf.erase(exchange);
    // Ends the turn first: the answer may bring in the connection's next request at once.
    const std::vector<AccountTurns::Ticket> next = m_turns.leave(exchange);
    if (inject(job, Fault::Reset))
        m_listener.reset(exchange);
    else if (inject(job, Fault::Garbage))
        m_listener.respondRaw(exchange, spoiledAnswer(json, ++m_spoiled));
    else
        m_listener.respond(exchange, {200, {{kContentType, kJson}}, json, false});
    grant(next);
}

void JobServer::refuse(ExchangeId exchange, const RequestError &error)
{
    http::Response response{error.status, {{kContentType, kJson}}, {}, false};
    if (error.status == 503)
        response.headers.append("Retry-After", "1");
    response.body =
        QJsonDocument(QJsonObject{{u"error"_s, error.text}}).toJson(QJsonDocument::Compact) + '\n';
    const std::vector<AccountTurns::Ticket> next = m_turns.leave(exchange);
    m_listener.respond(exchange, response);
    grant(next);
}

}  // namespace holdline
