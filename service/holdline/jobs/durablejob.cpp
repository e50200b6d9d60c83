// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/durablejob.h"

namespace holdline {

namespace {

WallTime wallTime(std::chrono::system_clock::time_point at)
{
    return std::chrono::floor<std::chrono::milliseconds>(at);
}

/// Converts a time of the steady clock into wall-clock time. Counts from the creation of the job, whose time
/// is known on both clocks.
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
    if (job.status.startUnknown || job.status.interrupted)
        return false;
    switch (job.status.outcome) {
        case Reason::UpstreamError:
        case Reason::StartRejected:
            return durable.canStartAgain;
        default:
            return certainlyNeverRan(job.status);
    }
}

bool freesKey(const Job &job, const DurableJob &durable)
{
    const bool isGivenUp = job.status.outcome == Reason::Cancelled && isStartInDoubt(job.status);
    return isGivenUp || neverRan(job, durable);
}

void noteRecovered(const Job &job, DurableJob &durable, TimePoint now)
{
    const char *detail = "waits for its callback";
    if (isStartInDoubt(job.status))
        detail = "nobody knows whether it was started";
    else if (job.status.state == JobState::Queued)
        detail = job.status.interrupted ? "is started again" : "waits for its start";
    durable.journal.add({wallTime(job, now), JournalEvent::Recovered, 0, detail});
}

void noteEvent(const Job &job, DurableJob &durable, JobEvent event, const JobStep &step, int httpStatus,
               TimePoint now)
{
    note(durable.journal, event, step, {wallTime(job, now), job.attempts, httpStatus, job.startTrouble});
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
    record.progress = job.progress;
    record.route = job.route;
    record.upstreamLocation = job.upstreamLocation;
    record.joined = durable.joined;
    record.repeatable = job.repeatable;
    record.addressTold = durable.addressTold;
    record.journal = durable.journal;
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
