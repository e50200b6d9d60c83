// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/apianswers.h"

#include "core/base/appendall.h"
#include "service/holdline/answers/jobjson.h"
#include "service/http/grammar.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// To clients that ask again and again. With `Prefer: wait` they need not.
constexpr auto kAskAgain = 1s;
/// How long an EventSource waits before it connects again.
constexpr auto kReconnect = 2s;

QByteArray entityTag(const JobRecord &record)
{
    return '"' + QByteArray::number(static_cast<qulonglong>(record.revision)) + '"';
}

/// A job that ended is there, its answer is not: told as far as its outcome tells it.
http::Response answerNotKept(const JobRecord &record)
{
    const Reason outcome = record.status.outcome;
    Problem problem{outcome, u"The answer itself was not kept."_s, record.id, {}};
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

http::Response statusAnswer(const JobRecord &record, int status)
{
    http::Response response = jsonAnswer(status, jobJson(record));
    response.headers.append("Holdline-Job", record.id);
    if (status == 200)
        response.headers.append("ETag", entityTag(record));
    if (!record.isSettled())
        response.headers.append("Retry-After", retryAfterSeconds(kAskAgain));
    return response;
}

http::Response resultAnswer(const JobRecord &record)
{
    if (!record.isSettled()) {
        http::Response response = statusAnswer(record, 202);
        response.headers.append("Location", jobPath(record.id));
        return response;
    }
    http::Response response;
    if (record.answer) {
        response.status = record.answer->status;
        response.body = record.answer->body;
        if (!record.answer->contentType.isEmpty())
            response.headers.append("Content-Type", record.answer->contentType);
        if (!record.answer->proxyStatus.isEmpty())
            response.headers.append("Proxy-Status", record.answer->proxyStatus);
    } else {
        response = answerNotKept(record);
    }
    response.headers.append("Holdline-Job", record.id);
    response.headers.append("Server-Timing", serverTiming(record));
    response.headers.append("Cache-Control", "no-store");
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
        return {
            Reason::NotFound,
            u"There is no such job. Only those that came with an Idempotency-Key or were handed over are kept."_s,
            {},
            {}};
    }
    return {Reason::Expired,
            u"There was such a job; its result is older than results are kept."_s,
            record->id,
            {}};
}

Problem alreadyEnded(const JobRecord &record)
{
    return {Reason::AlreadyEnded,
            u"The job has ended (%1), there is nothing left to cancel."_s.arg(name(record.status.outcome)),
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
             // Tells nginx and those that follow it not to gather events.
             {"X-Accel-Buffering", "no"}},
            "retry: " + retry + "\n\n",
            false};
}

QByteArray stateEvent(const JobRecord &record)
{
    QByteArray event;
    appendAll(event, "id: ", QByteArray::number(static_cast<qulonglong>(record.revision)),
              "\nevent: state\ndata: ", jobJson(record), "\n\n");
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
