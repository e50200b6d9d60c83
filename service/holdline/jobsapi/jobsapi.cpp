// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/jobsapi.h"

#include "core/httpvalues/idempotencykey.h"
#include "core/httpvalues/prefer.h"
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/jobsapi/eventstream.h"
#include "service/holdline/jobsapi/longpoll.h"
#include "service/holdline/jobsapi/query.h"
#include "service/http/problemresponse.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kOneJob = "/v1/jobs/<arg>";

/// The segment behind /v1/jobs/.
QByteArray jobIdOf(const http::Request &request)
{
    const QByteArrayView path = request.path();
    constexpr auto kBefore = static_cast<qsizetype>(std::char_traits<char>::length("/v1/jobs/"));
    const qsizetype slash = path.indexOf('/', kBefore);
    return path.sliced(kBefore, (slash < 0 ? path.size() : slash) - kBefore).toByteArray();
}

}  // namespace

/// A request, from its arrival to its answer.
struct JobsApi::Asked
{
    Asked(ApiRoute askedRoute, const http::Request &askedRequest, std::unique_ptr<Exchange> askedExchange)
        : route(askedRoute), request(askedRequest), id(), exchange(std::move(askedExchange))
    {
        request.body.clear();
    }

    ApiRoute route;
    http::Request request;
    QByteArray id;  ///< the job's; empty where many are asked for
    std::unique_ptr<Exchange> exchange;
    std::optional<std::chrono::seconds> wait;  ///< that is honoured
};

JobsApi::JobsApi(JobDirectory &directory, QObject *parent) : JobsApi(directory, Options(), parent) {}

JobsApi::JobsApi(JobDirectory &directory, const Options &options, QObject *parent)
    : QObject(parent), m_directory(directory), m_options(options)
{
}

JobsApi::~JobsApi() = default;

void JobsApi::serve(HttpServer &server)
{
    const auto add = [&](const char *method, const QByteArray &path, ApiRoute route, Handler handler) {
        server.route(
            method, path,
            [this, route, handler](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                const auto asked = std::make_shared<Asked>(route, request, std::move(exchange));
                if (route != ApiRoute::List)
                    asked->id = jobIdOf(request);
                (this->*handler)(asked);
            });
    };
    add("GET", kOneJob, ApiRoute::Job, &JobsApi::status);
    add("DELETE", kOneJob, ApiRoute::Cancel, &JobsApi::cancel);
    add("GET", kOneJob + QByteArray("/result"), ApiRoute::Result, &JobsApi::status);
    add("GET", kOneJob + QByteArray("/events"), ApiRoute::Events, &JobsApi::events);
    add("GET", "/v1/jobs", ApiRoute::List, &JobsApi::list);
}

void JobsApi::endWaits()
{
    m_ending = true;
    for (JobWatcher *watcher : std::vector(m_watchers.begin(), m_watchers.end()))
        watcher->finish();
}

// Status and result

void JobsApi::status(const AskedPointer &asked)
{
    if (const auto prefer = asked->request.headers.combined("Prefer"))
        asked->wait = parsePrefer(*prefer).wait;
    if (asked->wait)
        asked->wait = std::min(*asked->wait, m_options.maxWait);
    m_directory.find(asked->id, [self = QPointer(this), asked](std::optional<JobRecord> record) {
        if (!self)
            return;
        if (asked->wait && record && !record->expired && !record->isSettled() && !self->m_ending)
            self->wait(asked, std::move(*record));
        else
            self->answerStatus(*asked, *asked->exchange, record);
    });
}

void JobsApi::wait(const AskedPointer &asked, JobRecord record)
{
    if (!asked->exchange->isOpen() || !mayWait(*asked))
        return;
    auto *poll = new LongPoll(
        m_directory, std::move(record), Clock::now() + *asked->wait, m_options.slice,
        std::move(asked->exchange),
        [this, asked](Exchange &exchange, const std::optional<JobRecord> &known) {
            answerStatus(*asked, exchange, known);
        },
        this);
    keep(*poll);
    poll->start();
}

void JobsApi::answerStatus(const Asked &asked, Exchange &exchange, const std::optional<JobRecord> &record)
{
    if (!record || record->expired)
        return refuse(asked, exchange, whyMissing(record));
    http::Response response;
    if (asked.route == ApiRoute::Result)
        response = resultAnswer(*record);
    else if (hasRevision(asked.request, *record))
        response = notModified(*record);
    else
        response = statusAnswer(*record);
    if (asked.wait)
        response.headers.append("Preference-Applied",
                                "wait=" + QByteArray::number(qlonglong(asked.wait->count())));
    answer(asked, exchange, response);
}

// Events

void JobsApi::events(const AskedPointer &asked)
{
    m_directory.find(asked->id, [self = QPointer(this), asked](const std::optional<JobRecord> &record) {
        if (!self)
            return;
        if (!record || record->expired)
            self->refuse(*asked, *asked->exchange, self->whyMissing(record));
        else
            self->stream(asked, *record);
    });
}

void JobsApi::stream(const AskedPointer &asked, const JobRecord &record)
{
    const std::uint64_t seen = lastEventId(asked->request).value_or(0);
    // What tells an EventSource not to come again.
    if (record.isSettled() && seen == record.revision)
        return answer(*asked, *asked->exchange, {204, {{"Cache-Control", "no-store"}}, {}, false});
    if (m_ending) {
        return refuse(*asked, *asked->exchange,
                      {Reason::Draining, u"The service is shutting down, no more events."_s, record.id, 1s});
    }
    if (!asked->exchange->isOpen() || !mayWait(*asked))
        return;
    Q_EMIT answered(asked->route, streamHead().status);
    auto *stream =
        new EventStream(m_directory, record.id, seen, m_options.slice, std::move(asked->exchange), this);
    keep(*stream);
    stream->start(record);
}

// Waiting

bool JobsApi::mayWait(const Asked &asked)
{
    if (waitingCount() < m_options.maxWaiting)
        return true;
    refuse(
        asked, *asked.exchange,
        {Reason::Overloaded, u"Too many requests and event streams wait for jobs already."_s, asked.id, 1s});
    return false;
}

void JobsApi::keep(JobWatcher &watcher)
{
    m_watchers.insert(&watcher);
    connect(&watcher, &JobWatcher::over, this, [this, &watcher] {
        m_watchers.erase(&watcher);
        watcher.deleteLater();
    });
}

// Lists and cancelling

void JobsApi::list(const AskedPointer &asked)
{
    const auto parsed = parseQuery(asked->request.target, {"idempotency_key", "account"});
    const auto refuseAs = [&](Reason reason, const QString &detail) {
        refuse(*asked, *asked->exchange, {reason, detail, {}, {}});
    };
    if (const auto *error = std::get_if<QString>(&parsed))
        return refuseAs(Reason::BadRequest, *error);
    const auto &parameters = std::get<QueryParameters>(parsed);
    const auto key = parameters.find("idempotency_key");
    if (key == parameters.end())
        return refuseAs(Reason::BadRequest, u"The query's parameter \"idempotency_key\" is missing."_s);
    if (!isIdempotencyKey(key->second)) {
        return refuseAs(Reason::IdempotencyKeyInvalid,
                        u"\"idempotency_key\" is not 1 to %1 printable ASCII characters, as a key is."_s.arg(
                            kMaxIdempotencyKeyBytes));
    }
    const auto account = parameters.find("account");
    m_directory.findByKey(account == parameters.end() ? QByteArray() : account->second, key->second,
                          [self = QPointer(this), asked](const std::vector<JobRecord> &records) {
                              if (!self)
                                  return;
                              if (records.empty() && !self->m_directory.isComplete())
                                  self->refuse(*asked, *asked->exchange, self->whyMissing({}));
                              else
                                  self->answer(*asked, *asked->exchange, jsonAnswer(200, jobsJson(records)));
                          });
}

void JobsApi::cancel(const AskedPointer &asked)
{
    m_directory.cancel(asked->id, [self = QPointer(this), asked](JobDirectory::Cancelled cancelled,
                                                                 const std::optional<JobRecord> &record) {
        if (self)
            self->answerCancelled(*asked, cancelled, record);
    });
}

void JobsApi::answerCancelled(const Asked &asked, JobDirectory::Cancelled cancelled,
                              const std::optional<JobRecord> &record)
{
    Exchange &exchange = *asked.exchange;
    if (!record || record->expired)
        return refuse(asked, exchange, whyMissing(record));
    // To cancel once more what was cancelled is no error.
    const bool isTooLate =
        cancelled == JobDirectory::Cancelled::AlreadyEnded && record->status.outcome != Reason::Cancelled;
    if (isTooLate)
        return refuse(asked, exchange, alreadyEnded(*record));
    answer(asked, exchange, statusAnswer(*record));
}

// Answering

Problem JobsApi::whyMissing(const std::optional<JobRecord> &record) const
{
    if (record || m_directory.isComplete())
        return missing(record);
    return {Reason::StoreUnavailable,
            u"There is no such job in memory, and what is stored cannot be read now."_s,
            {},
            1s};
}

void JobsApi::answer(const Asked &asked, Exchange &exchange, const http::Response &response)
{
    if (!exchange.isOpen())
        return;
    exchange.answer(response);
    Q_EMIT answered(asked.route, response.status);
}

void JobsApi::refuse(const Asked &asked, Exchange &exchange, const Problem &problem)
{
    if (!exchange.isOpen())
        return;
    const http::Response response = http::problemResponse(problem);
    exchange.answer(response);
    Q_EMIT requestRefused(asked.request, problem);
    Q_EMIT answered(asked.route, response.status);
}

}  // namespace holdline
