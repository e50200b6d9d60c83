// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/apianswers.h"

#include "core/base/appendall.h"
#include "core/httpvalues/grammar.h"
#include "service/holdline/answers/jobjson.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// How long a client should wait before it asks again. Clients with `Prefer: wait` need not ask again.
constexpr auto kAskAgain = 1s;
/// How long an EventSource waits before it connects again.
constexpr auto kReconnect = 2s;

QByteArray entityTag(const JobRecord &record)
{
    return '"' + QByteArray::number(static_cast<qulonglong>(record.revision)) + '"';
}

/// Makes the problem for an ended job whose answer is not stored. The job's outcome is still known.
http::Response answerNotStored(const JobRecord &record)
{
    const Reason outcome = record.status.outcome;
    Problem problem =
        aboutJob({outcome, u"The job's answer was not stored."_s, record.id, {}}, record.status);
    if (problem.status() < 400)
        problem.reason = Reason::InternalError;
    return http::problemResponse(problem);
}

}  // namespace

http::Response jsonAnswer(int status, QByteArray body)
{
    return {status,
            {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}},
            std::move(body),
            false};
}

http::Response statusAnswer(const JobRecord &record, const QByteArray &links, int status)
{
    http::Response response =
        jsonAnswer(status, status == 200 ? jobJsonWithJournal(record, links) : jobJson(record, links));
    response.headers.append("Holdline-Job", record.id);
    if (status == 200)
        response.headers.append("ETag", entityTag(record));
    if (!record.isSettled())
        response.headers.append("Retry-After", retryAfterSeconds(kAskAgain));
    return response;
}

http::Response resultAnswer(const JobRecord &record, const QByteArray &links)
{
    if (!record.isSettled()) {
        http::Response response = statusAnswer(record, links, 202);
        response.headers.append("Location", links + jobPath(record.id));
        return response;
    }
    http::Response response;
    if (record.answer) {
        response.status = record.answer->status;
        response.body = record.answer->body;
        if (!record.answer->contentType.isEmpty())
            response.headers.append("Content-Type", record.answer->contentType);
        for (const auto &[name, value] : record.answer->fields)
            response.headers.append(name, value);
        if (!record.answer->proxyStatus.isEmpty())
            response.headers.append("Proxy-Status", record.answer->proxyStatus);
    } else {
        response = answerNotStored(record);
    }
    response.headers.append("Holdline-Job", record.id);
    response.headers.append("Server-Timing", serverTiming(record));
    response.headers.append("Cache-Control", "no-store");
    return response;
}

http::Response withLinkBase(http::Response response, const QByteArray &links)
{
    if (const QByteArray location = response.headers.value("Location"); location.startsWith('/'))
        response.headers.set("Location", links + location);
    return response;
}

http::Response notModified(const JobRecord &record)
{
    return {304, {{"ETag", entityTag(record)}, {"Cache-Control", "no-cache"}}, {}, false};
}

bool hasRevision(const http::Request &request, const JobRecord &record)
{
    const auto field = request.headers.combined("If-None-Match");
    if (!field)
        return false;
    const QByteArray tag = entityTag(record);
    bool found = false;
    http::forEachListElement(*field, [&](QByteArrayView element) {
        if (element.startsWith("W/"))
            element = element.sliced(2);
        found = found || element == tag || element == "*";
    });
    return found;
}

Problem missing(const std::optional<JobRecord> &record)
{
    if (!record) {
        return {Reason::NotFound,
                u"There is no such job. Only jobs with an Idempotency-Key and handed-over jobs are stored."_s,
                {},
                {}};
    }
    return {Reason::Expired, u"The job's result has expired and was deleted."_s, record->id, {}};
}

Problem alreadyEnded(const JobRecord &record)
{
    return {Reason::AlreadyEnded,
            u"The job has already ended (%1). It cannot be cancelled."_s.arg(name(record.status.outcome)),
            record.id,
            {}};
}

http::Response streamHead()
{
    const auto retry =
        QByteArray::number(static_cast<qlonglong>(std::chrono::milliseconds(kReconnect).count()));
    return {200,
            {{"Content-Type", "text/event-stream"},
             {"Cache-Control", "no-store"},
             // nginx and compatible proxies then do not buffer events.
             {"X-Accel-Buffering", "no"}},
            "retry: " + retry + "\n\n",
            false};
}

QByteArray stateEvent(const JobRecord &record, const QByteArray &links)
{
    QByteArray event;
    appendAll(event, "id: ", QByteArray::number(static_cast<qulonglong>(record.revision)),
              "\nevent: state\ndata: ", jobJson(record, links), "\n\n");
    return event;
}

QByteArray heartbeat()
{
    return ":\n\n";
}

std::optional<std::uint64_t> lastEventId(const http::Request &request)
{
    bool isNumber = false;
    const QByteArray field = request.headers.value("Last-Event-ID");
    const qulonglong id = field.toULongLong(&isNumber);
    return isNumber ? std::optional<std::uint64_t>(id) : std::nullopt;
}

}  // namespace holdline
