// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitorrows.h"

#include "core/monitormessages/monitorcodec.h"
#include "service/holdline/jobs/jobcoordinator.h"

namespace holdline::monitor {

namespace {

WallTime wallTime(std::chrono::system_clock::time_point at)
{
    return std::chrono::floor<Milliseconds>(at);
}

std::optional<Microseconds> microseconds(const std::optional<Duration> &duration)
{
    if (!duration)
        return std::nullopt;
    return std::chrono::floor<Microseconds>(*duration);
}

RowState stateOf(const Job &job)
{
    switch (job.status.state) {
        case JobState::Queued:
            return job.attempts > 0 ? RowState::Retrying : RowState::Queued;
        case JobState::Starting:
            return RowState::Starting;
        case JobState::Running:
            return job.status.startUnknown ? RowState::Unconfirmed : RowState::Running;
        case JobState::Settled:
            break;
    }
    return RowState::Ended;
}

}  // namespace

JobRow rowOf(const Job &job)
{
    JobRow row;
    row.id = rowText(job.id);
    row.state = stateOf(job);
    row.account = rowText(job.account);
    row.route = rowText(job.route);
    row.created = wallTime(job.times.createdWall);
    row.deadline =
        wallTime(job.times.createdWall + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                             job.deadline - job.times.created));
    row.order = static_cast<std::int64_t>(job.key);
    row.attempts = job.attempts;
    row.passThrough = job.status.passThrough;
    row.upstreamId = rowText(job.upstreamId);
    row.client = rowText(job.client);
    row.requestId = rowText(job.requestId);
    row.detail = rowText(job.startTrouble);
    row.progress = rowText(job.progress.state);
    row.progressReports = job.progress.reports;
    row.durable = job.status.durable;
    row.handedOver = job.status.handedOver;
    row.joined = job.joined;
    row.recovered = job.recovered;
    if (job.isSettled()) {
        const JobPhases phases = job.phases(job.deadline);
        row.queue = microseconds(phases.queue);
        row.start = microseconds(phases.start);
        row.job = microseconds(phases.job);
        row.total = microseconds(phases.total);
        row.outcome = job.status.outcome;
        row.status = job.endStatus;
        return row;
    }
    // Sets only phases that have ended. The monitor computes the duration of the current phase.
    if (job.times.started) {
        row.queue = microseconds(*job.times.started - job.times.created);
        if (job.times.answered)
            row.start = microseconds(*job.times.answered - *job.times.started);
    }
    return row;
}

JobRow rowOf(const Job &job, const JobCoordinator &coordinator)
{
    JobRow row = rowOf(job);
    const LiveJob *live = job.status.durable && !job.isSettled() ? coordinator.live(job.key) : nullptr;
    if (!live)
        return row;
    row.waiting = static_cast<int>(live->waiters.size());
    row.joined = live->durable->joined;
    row.recovered = live->durable->recovered;
    return row;
}

LaneRow rowOf(const JobCoordinator &coordinator, const QByteArray &account)
{
    const LaneForecast forecast = coordinator.forecast(account, Clock::now());
    LaneRow row;
    row.account = rowText(account);
    row.queued = forecast.queued;
    row.inFlight = forecast.inFlight;
    row.turn = microseconds(forecast.turn);
    row.forecast = microseconds(forecast.wait);
    row.paused = coordinator.lanes().isPaused(account);
    const LaneRules &rules = forecast.rules;
    row.running = forecast.running;
    row.runningLimit = rules.running;
    if (forecast.isOfRoute && rules.starts < LaneRules::kManyStarts)
        row.startsLimit = rules.starts;
    if (!rules.rate.isSet())
        return row;
    row.rateUsed = forecast.rateUsed;
    row.rateLimit = rules.rate.starts;
    row.rateWindow = rules.rate.window;
    return row;
}

CallbackRow rowOf(const LedgerEntry &entry)
{
    CallbackRow row;
    row.at = wallTime(entry.at);
    row.outcome = entry.outcome;
    row.job = rowText(entry.job);
    row.upstreamId = rowText(entry.upstreamId);
    row.client = rowText(entry.client);
    row.bytes = entry.bytes;
    return row;
}

}  // namespace holdline::monitor
