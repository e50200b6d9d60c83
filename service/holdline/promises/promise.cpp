// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/promises/promise.h"

#include "service/holdline/answers.h"

namespace holdline {

namespace {

WallTime wallTime(std::chrono::system_clock::time_point at)
{
    return std::chrono::floor<std::chrono::milliseconds>(at);
}

/// A moment of the steady clock as the time of day it was by the job's own reckoning.
WallTime wallTime(const Job &job, TimePoint at)
{
    return wallTime(job.times.createdWall +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(at - job.times.created));
}

std::optional<WallTime> wallTime(const Job &job, const std::optional<TimePoint> &at)
{
    return at ? std::optional(wallTime(job, *at)) : std::nullopt;
}

}  // namespace

JobRecord recordOf(const Job &job, const Promise &promise)
{
    JobRecord record;
    record.id = job.id;
    record.account = job.account;
    if (job.token)
        record.token = job.token->toText();
    record.key = promise.key;
    record.fingerprint = promise.fingerprint;
    record.status = job.status;
    record.revision = promise.revision;
    record.attempts = job.attempts;
    record.upstreamId = job.upstreamId;
    record.requestId = job.requestId;
    record.client = job.client;
    record.startTrouble = job.startTrouble;
    record.joined = promise.joined;
    record.created = wallTime(job.times.createdWall);
    record.deadline = wallTime(job, job.deadline);
    record.started = wallTime(job, job.times.started);
    record.answered = wallTime(job, job.times.answered);
    record.callback = wallTime(job, job.times.callback);
    record.settled = wallTime(job, job.times.settled);
    return record;
}

RecordedAnswer recordedAnswer(const http::Response &response)
{
    return {response.status, response.headers.value("Content-Type"), response.body,
            response.headers.value("Proxy-Status")};
}

JobPhases phasesOf(const JobRecord &record)
{
    // The same arithmetic as of a job in memory.
    const auto steady = [&record](WallTime at) {
        return TimePoint(std::chrono::duration_cast<Duration>(at - record.created));
    };
    const auto maybe = [&steady](const std::optional<WallTime> &at) {
        return at ? std::optional(steady(*at)) : std::nullopt;
    };
    Job job;
    job.times.created = steady(record.created);
    job.times.started = maybe(record.started);
    job.times.answered = maybe(record.answered);
    job.times.callback = maybe(record.callback);
    job.times.settled = maybe(record.settled);
    return job.phases(steady(record.settled.value_or(record.deadline)));
}

http::Response answerOf(const JobRecord &record)
{
    const RecordedAnswer &answer = *record.answer;
    http::Response response;
    response.status = answer.status;
    if (!answer.contentType.isEmpty())
        response.headers.append(QByteArrayLiteral("Content-Type"), answer.contentType);
    if (!answer.proxyStatus.isEmpty())
        response.headers.append(QByteArrayLiteral("Proxy-Status"), answer.proxyStatus);
    response.headers.append(QByteArrayLiteral("Holdline-Job"), record.id);
    response.headers.append(QByteArrayLiteral("Server-Timing"), serverTiming(phasesOf(record)));
    response.body = answer.body;
    return response;
}

bool neverStarted(Reason outcome)
{
    switch (outcome) {
        case Reason::ClientGone:
        case Reason::QueueTimeout:
        case Reason::StoreUnavailable:
        case Reason::UpstreamUnreachable:
        case Reason::Draining:
            return true;
        default:
            return false;
    }
}

QByteArray jobLocation(const QByteArray &id)
{
    return "/v1/jobs/" + id;
}

http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference)
{
    http::Response response;
    response.status = 202;
    response.headers.append(QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/json"));
    response.headers.append(QByteArrayLiteral("Location"), jobLocation(record.id));
    response.headers.append(QByteArrayLiteral("Retry-After"), QByteArrayLiteral("1"));
    response.headers.append(QByteArrayLiteral("Preference-Applied"), preference);
    response.headers.append(QByteArrayLiteral("Holdline-Job"), record.id);
    response.body = "{\"id\":\"" + record.id + "\",\"location\":\"" + jobLocation(record.id) + "\"}";
    return response;
}

}  // namespace holdline
