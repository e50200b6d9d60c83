// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/jobserver.h"

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

http::Limits listenerLimits(const JobServerOptions &options)
{
    http::Limits limits;
    limits.maxConnections = options.maxConnections;
    limits.reservedConnections = 0;
    return limits;
}

}  // namespace

JobServer::JobServer(const JobServerOptions &options, QObject *parent)
    : QObject(parent),
      m_proofs(options.secret, options.seed),
      m_turns(options.slot, options.connectionsPerAccount),
      m_api(options.profile
                ? std::make_unique<ProfileApi>(options.profile, options.secret, options.registeredCallback)
                : nullptr),
      m_jobs(options, m_proofs, m_stats, m_api.get()),
      m_listener(listenerLimits(options))
{
    connect(&m_listener, &http::HttpListener::requestReceived, this, &JobServer::requestReceived);
    connect(&m_listener, &http::HttpListener::exchangeAborted, this, &JobServer::exchangeAborted);
    connect(&m_listener, &http::HttpListener::connectionClosed, this,
            [this](http::ConnectionId connection) { grant(m_turns.close(connection)); });
    connect(&m_jobs, &StartedJobs::jobStarted, this, &JobServer::jobStarted);
    connect(&m_jobs, &StartedJobs::callbackOmitted, this, &JobServer::callbackOmitted);
    connect(&m_jobs, &StartedJobs::answered, this, &JobServer::answer);
    connect(&m_jobs, &StartedJobs::refused, this, &JobServer::refuse);
}

JobServer::~JobServer() = default;

JobServerStats JobServer::stats() const
{
    JobServerStats stats = m_stats;
    stats.mostConnectionsOfOneAccount = m_turns.mostServedAtOnce();
    stats.longestLine = m_turns.longestLine();
    stats.waiting = m_turns.waiting();
    const CallbackSender::Counters &callbacks = m_jobs.callbacks().counters();
    stats.callbacks = callbacks.made;
    stats.callbacksDelivered = callbacks.delivered;
    stats.callbacksGivenUp = callbacks.givenUp;
    stats.callbackRetries = callbacks.retries;
    stats.callbacksInFlight = m_jobs.callbacks().inFlight();
    stats.callbacksQueued = m_jobs.callbacks().queued();
    stats.callbackAnswers = callbacks.answers;
    return stats;
}

// Requests

void JobServer::requestReceived(ExchangeId exchange, const http::Request &request)
{
    if (m_api && request.path() != QByteArrayView("/stats")) {
        takeForApi(exchange, request);
        return;
    }
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

void JobServer::takeForApi(ExchangeId exchange, const http::Request &request)
{
    auto read = m_api->read(request);
    if (auto *response = std::get_if<http::Response>(&read)) {
        m_listener.respond(exchange, *response);
        return;
    }
    if (auto *cancel = std::get_if<ProfileApi::Cancel>(&read)) {
        m_listener.respond(exchange, cancel->answer);
        m_jobs.cancel(cancel->id);
        return;
    }
    ++m_stats.requests;
    const auto *error = std::get_if<RequestError>(&read);
    if (error || m_jobs.size() >= kMaxJobs) {
        ++m_stats.refused;
        refuse(exchange, error ? *error : RequestError{503, u"too many jobs at once"_s});
        return;
    }
    JobRequest job;
    job.account = "api";
    job.wait = false;
    job.idempotencyKey = request.headers.value("Idempotency-Key");
    job.api = std::get<ProfileApi::Start>(std::move(read));
    m_jobs.begin(exchange, std::move(job));
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
    m_jobs.clientLeft(exchange);
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
        // Without an entry, the client disconnected after its turn began.
        if (auto waiting = m_waiting.extract(exchange))
            m_jobs.begin(exchange, std::move(waiting.mapped()));
    }
    m_granting = false;
}

// Answers

void JobServer::answer(ExchangeId exchange, StartedJobs::AnswerForm form, const http::Response &response)
{
    // Ends the turn first, because sending the answer may deliver the connection's next request at once.
    const std::vector<AccountTurns::Ticket> next = m_turns.leave(exchange);
    switch (form) {
        case StartedJobs::AnswerForm::Whole:
            m_listener.respond(exchange, response);
            break;
        case StartedJobs::AnswerForm::Raw:
            m_listener.respondRaw(exchange, response.body);
            break;
        case StartedJobs::AnswerForm::Reset:
            m_listener.reset(exchange);
            break;
    }
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
