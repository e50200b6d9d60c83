// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/jobsapi.h"

#include "core/httpvalues/idempotencykey.h"
#include "core/httpvalues/prefer.h"
#include "core/job/admission.h"
#include "core/job/share.h"
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/jobsapi/eventstream.h"
#include "service/holdline/jobsapi/longpoll.h"
#include "service/holdline/jobsapi/query.h"
#include "service/http/problemresponse.h"

#include <QPointer>

#include <algorithm>
#include <deque>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kOneJob = "/v1/jobs/<arg>";

/// Returns the job's id: the path segment after /v1/jobs/.
QByteArray jobIdOf(const http::Request &request)
{
    const QByteArrayView path = request.path();
    constexpr auto kBefore = static_cast<qsizetype>(std::char_traits<char>::length("/v1/jobs/"));
    const qsizetype slash = path.indexOf('/', kBefore);
    return path.sliced(kBefore, (slash < 0 ? path.size() : slash) - kBefore).toByteArray();
}

}  // namespace

/// A request from its arrival to its answer.
struct JobsApi::PendingRequest
{
    PendingRequest(ApiRoute requestRoute, const http::Request &httpRequest,
                   std::unique_ptr<Exchange> clientExchange)
        : route(requestRoute), request(httpRequest), id(), exchange(std::move(clientExchange))
    {
        request.body.clear();
    }

    ApiRoute route;
    http::Request request;
    QByteArray id;       ///< the job's id, empty for a list
    QByteArray links{};  ///< see LinkBase
    /// Pairs of account and key that a list request looks for, the likeliest pair first.
    std::deque<std::pair<QByteArray, QByteArray>> searches{};
    std::unique_ptr<Exchange> exchange;
    std::optional<std::chrono::seconds> wait;  ///< how long the request waits, at most maxWait
    bool isPreferred = false;                  ///< `wait` is from the Prefer field
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
                const auto pending = std::make_shared<PendingRequest>(route, request, std::move(exchange));
                if (route != ApiRoute::List)
                    pending->id = jobIdOf(request);
                if (m_linkBase)
                    pending->links = m_linkBase(request);
                (this->*handler)(pending);
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

/// Reads how long the request waits: `Prefer: wait=N`, or else `?wait=N` for clients that cannot set fields.
/// Returns an error message for a wrong query, or an empty string.
QString JobsApi::readWait(PendingRequest &pending) const
{
    const auto given = queryValues(pending.request.target, "wait");
    if (!given.empty()) {
        pending.wait = parseWait(given.front());
        if (!pending.wait || given.size() > 1)
            return u"The query's parameter \"wait\" must be one whole number of seconds, 1 or more."_s;
    }
    if (const auto prefer = pending.request.headers.combined("Prefer")) {
        if (const auto preferred = parsePrefer(*prefer).wait) {
            pending.wait = preferred;
            pending.isPreferred = true;
        }
    }
    if (pending.wait)
        pending.wait = std::min(*pending.wait, m_options.maxWait);
    return {};
}

void JobsApi::status(const RequestPointer &pending)
{
    if (const QString error = readWait(*pending); !error.isEmpty())
        return refuse(*pending, *pending->exchange, {Reason::BadRequest, error, {}, {}});
    m_directory.find(pending->id, [self = QPointer(this), pending](std::optional<JobRecord> record) {
        if (!self)
            return;
        if (pending->wait && record && !record->expired && !record->isSettled() && !self->m_ending)
            self->wait(pending, std::move(*record));
        else
            self->answerStatus(*pending, *pending->exchange, record);
    });
}

void JobsApi::wait(const RequestPointer &pending, JobRecord record)
{
    if (!pending->exchange->isOpen() || !mayWait(*pending, record.account))
        return;
    const QByteArray account = record.account;
    auto *poll = new LongPoll(
        m_directory, std::move(record), Clock::now() + *pending->wait, m_options.slice,
        std::move(pending->exchange),
        [this, pending](Exchange &exchange, const std::optional<JobRecord> &known) {
            answerStatus(*pending, exchange, known);
        },
        this);
    addWatcher(*poll, account);
    poll->start();
}

void JobsApi::answerStatus(const PendingRequest &pending, Exchange &exchange,
                           const std::optional<JobRecord> &record)
{
    const bool isList = pending.route == ApiRoute::List;
    if (!isList && (!record || record->expired))
        return refuse(pending, exchange, whyMissing(record));
    http::Response response;
    if (isList)
        response = jsonAnswer(
            200, jobsJson(record ? std::vector{*record} : std::vector<JobRecord>(), pending.links));
    else if (pending.route == ApiRoute::Result)
        response = resultAnswer(*record, pending.links);
    else if (hasRevision(pending.request, *record))
        response = notModified(*record);
    else
        response = statusAnswer(*record, pending.links);
    if (pending.isPreferred)
        response.headers.append("Preference-Applied",
                                "wait=" + QByteArray::number(qlonglong(pending.wait->count())));
    answer(pending, exchange, response);
}

// Events

void JobsApi::events(const RequestPointer &pending)
{
    m_directory.find(pending->id, [self = QPointer(this), pending](const std::optional<JobRecord> &record) {
        if (!self)
            return;
        if (!record || record->expired)
            self->refuse(*pending, *pending->exchange, self->whyMissing(record));
        else
            self->stream(pending, *record);
    });
}

void JobsApi::stream(const RequestPointer &pending, const JobRecord &record)
{
    const std::uint64_t seen = lastEventId(pending->request).value_or(0);
    // A 204 tells an EventSource not to connect again.
    if (record.isSettled() && seen == record.revision)
        return answer(*pending, *pending->exchange, {204, {{"Cache-Control", "no-store"}}, {}, false});
    if (m_ending) {
        return refuse(
            *pending, *pending->exchange,
            {Reason::Draining, u"The service is shutting down and sends no more events."_s, record.id, 1s});
    }
    if (!pending->exchange->isOpen() || !mayWait(*pending, record.account))
        return;
    Q_EMIT answered(pending->route, streamHead().status);
    auto *stream = new EventStream(m_directory, record.id, seen, pending->links, m_options.slice,
                                   std::move(pending->exchange), this);
    addWatcher(*stream, record.account);
    stream->start(record);
}

// Waiting

bool JobsApi::mayWait(const PendingRequest &pending, const QByteArray &account)
{
    Problem problem{
        Reason::Overloaded, u"Too many requests and event streams already wait for jobs."_s, {}, 1s};
    if (waitingCount() < m_options.maxWaiting) {
        const auto found = m_waitingByAccount.find(account);
        const int waiting = found == m_waitingByAccount.end() ? 0 : found->second;
        if (isWithinShare(waiting, waitingCount(), m_options.maxWaiting, m_options.accountShare))
            return true;
        problem = overShare(u"waiting requests and event streams"_s);
    }
    problem.job = pending.id;
    refuse(pending, *pending.exchange, problem);
    return false;
}

void JobsApi::addWatcher(JobWatcher &watcher, const QByteArray &account)
{
    m_watchers.insert(&watcher);
    ++m_waitingByAccount[account];
    connect(&watcher, &JobWatcher::over, this, [this, &watcher, account] {
        m_watchers.erase(&watcher);
        if (--m_waitingByAccount[account] == 0)
            m_waitingByAccount.erase(account);
        watcher.deleteLater();
    });
}

// Lists and cancelling

void JobsApi::list(const RequestPointer &pending)
{
    const auto parsed = parseQuery(pending->request.target, {"idempotency_key", "account"});
    const auto refuseAs = [&](Reason reason, const QString &detail) {
        refuse(*pending, *pending->exchange, {reason, detail, {}, {}});
    };
    if (const auto *error = std::get_if<QString>(&parsed))
        return refuseAs(Reason::BadRequest, *error);
    const auto &parameters = std::get<QueryParameters>(parsed);
    const auto key = parameters.find("idempotency_key");
    if (key == parameters.end())
        return refuseAs(Reason::BadRequest, u"The query's parameter \"idempotency_key\" is missing."_s);
    const auto account = parameters.find("account");
    // An empty account means all accounts.
    const Readings accounts = account == parameters.end() ? Readings{QByteArray()} : account->second;
    for (const QByteArray &name : key->second) {
        // All readings of a key are valid, or none is.
        if (!isIdempotencyKey(name)) {
            return refuseAs(Reason::IdempotencyKeyInvalid,
                            u"\"idempotency_key\" must be 1 to %1 printable ASCII characters."_s.arg(
                                kMaxIdempotencyKeyBytes));
        }
        for (const QByteArray &owner : accounts)
            pending->searches.emplace_back(owner, name);
    }
    // A request can wait only with an account: a key names one job of an account, and jobs of several
    // accounts would not end together.
    if (account != parameters.end()) {
        if (const QString error = readWait(*pending); !error.isEmpty())
            return refuse(*pending, *pending->exchange, {Reason::BadRequest, error, {}, {}});
    }
    findNext(pending);
}

/// Searches for the next pair of `searches`, until jobs are found or no pair is left.
void JobsApi::findNext(const RequestPointer &pending)
{
    const auto [account, key] = pending->searches.front();
    pending->searches.pop_front();
    m_directory.findByKey(account, key, [self = QPointer(this), pending](std::vector<JobRecord> records) {
        if (!self)
            return;
        if (records.empty() && !pending->searches.empty())
            self->findNext(pending);
        else
            self->listFound(pending, std::move(records));
    });
}

void JobsApi::listFound(const RequestPointer &pending, std::vector<JobRecord> records)
{
    if (records.empty() && !m_directory.isComplete())
        return refuse(*pending, *pending->exchange, whyMissing({}));
    if (!pending->wait)
        return answer(*pending, *pending->exchange, jsonAnswer(200, jobsJson(records, pending->links)));
    if (!records.empty() && !records.front().expired && !records.front().isSettled() && !m_ending)
        return wait(pending, std::move(records.front()));
    answerStatus(*pending, *pending->exchange,
                 records.empty() ? std::nullopt : std::optional(std::move(records.front())));
}

void JobsApi::cancel(const RequestPointer &pending)
{
    m_directory.cancel(pending->id, [self = QPointer(this), pending](JobDirectory::Cancelled cancelled,
                                                                     const std::optional<JobRecord> &record) {
        if (self)
            self->answerCancelled(*pending, cancelled, record);
    });
}

void JobsApi::answerCancelled(const PendingRequest &pending, JobDirectory::Cancelled cancelled,
                              const std::optional<JobRecord> &record)
{
    Exchange &exchange = *pending.exchange;
    if (!record || record->expired)
        return refuse(pending, exchange, whyMissing(record));
    if (cancelled == JobDirectory::Cancelled::NotStored) {
        return refuse(
            pending, exchange,
            aboutJob({Reason::StoreUnavailable,
                      u"The key of the job could not be freed, because the store cannot write now."_s,
                      record->id, 1s},
                     record->status));
    }
    // Cancelling a cancelled job again is no error.
    const bool isTooLate =
        cancelled == JobDirectory::Cancelled::AlreadyEnded && record->status.outcome != Reason::Cancelled;
    if (isTooLate)
        return refuse(pending, exchange, alreadyEnded(*record));
    answer(pending, exchange, statusAnswer(*record, pending.links));
}

// Answering

Problem JobsApi::whyMissing(const std::optional<JobRecord> &record) const
{
    if (record || m_directory.isComplete())
        return missing(record);
    return {
        Reason::StoreUnavailable, u"No such job is in memory, and the store cannot be read now."_s, {}, 1s};
}

void JobsApi::answer(const PendingRequest &pending, Exchange &exchange, const http::Response &response)
{
    if (!exchange.isOpen())
        return;
    exchange.answer(response);
    Q_EMIT answered(pending.route, response.status);
}

void JobsApi::refuse(const PendingRequest &pending, Exchange &exchange, const Problem &problem)
{
    if (!exchange.isOpen())
        return;
    const http::Response response = http::problemResponse(problem);
    exchange.answer(response);
    Q_EMIT requestRefused(pending.request, problem);
    Q_EMIT answered(pending.route, response.status);
}

}  // namespace holdline
