// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/recovery.h"

#include "core/telemetry/logging.h"
#include "service/holdline/jobs/startscheduler.h"

#include <algorithm>

namespace holdline {

namespace {

/// The upstream could not deliver callbacks while the service was down. So a recovered job gets at least this
/// time once, but never more than `hold.job_deadline`.
constexpr auto kRecoveryGrace = std::chrono::seconds(30);

std::unique_ptr<DurableJob> durableOf(const JobRecord &record)
{
    auto durable = std::make_unique<DurableJob>();
    durable->id = record.id;
    durable->key = record.key;
    durable->fingerprint = record.fingerprint;
    durable->request = record.request;
    durable->posted = true;
    durable->requestPosted = record.request.has_value();
    durable->revision = record.revision + 1;
    durable->joined = record.joined;
    durable->journal = record.journal;
    durable->recovered = true;
    durable->handOverStored = record.status.handedOver;
    durable->addressTold = record.addressTold;
    return durable;
}

/// Sets the state of a job from the store: how the job continues after the earlier process has ended.
void resume(JobStatus &status, bool canStart, bool repeatsStarts)
{
    if (status.progressSeen) {
        status.state = JobState::Running;
        return;
    }
    const bool mayHaveStarted = status.state == JobState::Starting || isStartInDoubt(status);
    if (mayHaveStarted) {
        const bool again = repeatsStarts && canStart;
        status.interrupted = status.interrupted || again || status.state == JobState::Starting;
        status.state = again ? JobState::Queued : JobState::Running;
        status.startUnknown = !again;
    } else if (status.state == JobState::Queued && !canStart) {
        status.interrupted = true;
        status.startUnknown = true;
        status.state = JobState::Running;
    }
}

}  // namespace

PendingStart startOf(const JobRecord &record, const Route *route)
{
    PendingStart start;
    if (!record.request || !route)
        return start;
    const RecordedRequest &recorded = *record.request;
    start.headers = recorded.headers;
    start.method = recorded.method;
    start.target = recorded.target;
    http::Request request;
    request.method = recorded.method.isNull() ? QByteArray("POST") : recorded.method;
    request.target = recorded.target;
    for (const auto &[name, value] : recorded.headers)
        request.headers.append(name, value);
    request.body = recorded.body;
    request.peer = record.client;
    if (auto parsed = route->readRequest(request); std::holds_alternative<StartRequest>(parsed)) {
        start.request = std::get<StartRequest>(std::move(parsed));
        start.request.account = record.account;
    }
    return start;
}

LiveJob *restoreJob(const JobRecord &record, const Config &config, const RouteTable &routes, Jobs &jobs,
                    LiveJobs &live, TimePoint now)
{
    if (record.isSettled())
        return nullptr;
    Job *job = jobs.restore(record, now);
    if (!job) {
        qCWarning(lcService) << "a stored job cannot be recovered:" << record.id;
        return nullptr;
    }
    LiveJob &restored = live.add(job->key, durableOf(record));
    restored.start = startOf(record, routes.byName(record.route));

    JobStatus &status = job->status;
    const bool canStart = !restored.start.request.account.isEmpty();
    resume(status, canStart, repeatsUnknownStarts(config, *job));
    if (status.state == JobState::Queued) {
        restored.durable->dormant = !status.handedOver && !status.attempted;
    } else {
        restored.durable->request.reset();
        if (!hasGrace(*job, config))
            job->deadline =
                std::max(job->deadline, now + std::min<Duration>(kRecoveryGrace, config.hold.jobDeadline));
        // The fate of a passed-through start request can never become known, because its callback goes to the
        // client. So the job ends now.
        if (status.passThrough)
            job->deadline = now;
    }
    return &restored;
}

bool hasGrace(const Job &job, const Config &config)
{
    return job.deadline - job.times.created > config.hold.jobDeadline;
}

}  // namespace holdline
