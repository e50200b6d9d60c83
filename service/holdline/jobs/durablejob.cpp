// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/durablejob.h"

namespace holdline {

namespace {

WallTime wallTime(std::chrono::system_clock::time_point at)
{
    return std::chrono::floor<std::chrono::milliseconds>(at);
}

/// Converts a time of the steady clock into the time of day, by the reckoning of the job itself.
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

bool neverRan(const Job &job, const DurableJob &durable)
{
    if (durable.maybeRan || job.status.interrupted)
        return false;
    switch (job.status.outcome) {
        case Reason::UpstreamError:
        case Reason::StartRejected:
            return durable.canStartAgain;
        default:
            return reasonInfo(job.status.outcome).has(EndTrait::NeverStarted);
    }
}

JobRecord recordOf(const Job &job, const DurableJob &durable)
{
    JobRecord record;
    record.id = job.id;
    record.account = job.account;
    if (job.token)
        record.token = job.token->toText();
    record.key = durable.key;
    record.fingerprint = durable.fingerprint;
    record.status = job.status;
    record.revision = durable.revision;
    record.attempts = job.attempts;
    record.upstreamId = job.upstreamId;
    record.requestId = job.requestId;
    record.client = job.client;
    record.startTrouble = job.startTrouble;
    record.joined = durable.joined;
    record.created = wallTime(job.times.createdWall);
    record.deadline = wallTime(job, job.deadline);
    record.started = wallTime(job, job.times.started);
    record.answered = wallTime(job, job.times.answered);
    record.callback = wallTime(job, job.times.callback);
    record.settled = wallTime(job, job.times.settled);
    record.made = job.times.created;
    return record;
}

}  // namespace holdline
