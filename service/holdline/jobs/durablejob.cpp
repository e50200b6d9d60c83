// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/durablejob.h"

#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"

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

JobRecord recordOf(const Job &job, const DurableJob &durableJob)
{
    JobRecord record;
    record.id = job.id;
    record.account = job.account;
    if (job.token)
        record.token = job.token->toText();
    record.key = durableJob.key;
    record.fingerprint = durableJob.fingerprint;
    record.status = job.status;
    record.revision = durableJob.revision;
    record.attempts = job.attempts;
    record.upstreamId = job.upstreamId;
    record.requestId = job.requestId;
    record.client = job.client;
    record.startTrouble = job.startTrouble;
    record.joined = durableJob.joined;
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

http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference)
{
    http::Response response = statusAnswer(record, 202);
    response.headers.append(QByteArrayLiteral("Location"), jobPath(record.id));
    response.headers.append(QByteArrayLiteral("Preference-Applied"), preference);
    return response;
}

}  // namespace holdline
