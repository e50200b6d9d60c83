// SPDX-License-Identifier: GPL-3.0-or-later
// The JobCoordinator's part between two lives of the service: what it finds when it starts, what it leaves
// when it goes, and what anybody may ask about durable jobs.
#include "core/telemetry/logging.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// An upstream that could not deliver while nobody listened gets this long, whatever the job's deadline was,
/// but not longer than any job does.
constexpr auto kRecoveryGrace = std::chrono::seconds(30);

}  // namespace

void JobCoordinator::recover(std::vector<JobRecord> records)
{
    const TimePoint now = Clock::now();
    for (const JobRecord &record : records) {
        if (!m_durableIds.contains(record.id))
            recoverOne(record, now);
    }
    // Their callbacks cannot come before this shard listens.
    QMetaObject::invokeMethod(
        this, [this] { pump(Clock::now()); }, Qt::QueuedConnection);
}

void JobCoordinator::recoverOne(const JobRecord &record, TimePoint now)
{
    Job *job = record.isSettled() ? nullptr : m_jobs.restore(record, now);
    if (!job) {
        qCWarning(lcService) << "a stored job cannot be recovered:" << record.id;
        return;
    }
    const JobKey key = job->key;
    ++m_openDurable;
    ++m_recoveredTotal;
    DurableJob &durableJob = m_durableJobs[key];
    durableJob.id = record.id;
    durableJob.key = record.key;
    durableJob.fingerprint = record.fingerprint;
    durableJob.request = record.request;
    durableJob.posted = true;
    durableJob.requestPosted = record.request.has_value();
    durableJob.revision = record.revision + 1;
    durableJob.joined = record.joined;
    durableJob.recovered = true;
    durableJob.handOverStored = record.status.handedOver;
    m_durableIds.emplace(record.id, key);
    if (!record.key.isNull())
        m_keys.emplace(AccountKey(record.account, record.key), key);

    Held held;
    if (record.request) {
        held.headers = record.request->headers;
        if (auto parsed = parseStart(record.request->body); std::holds_alternative<StartRequest>(parsed))
            held.request = std::get<StartRequest>(std::move(parsed));
    }
    const bool canStart = !held.request.account.isEmpty();
    m_held.emplace(key, std::move(held));

    JobStatus &status = job->status;
    if (status.state == JobState::Starting) {
        status.interrupted = true;
        const bool again = m_config.retry.ambiguous == AmbiguousRetry::Always && canStart;
        status.state = again ? JobState::Queued : JobState::Running;
        status.startUnknown = !again;
    } else if (status.state == JobState::Queued && !canStart) {
        status.interrupted = true;
        status.state = JobState::Running;
    }
    if (status.state == JobState::Queued) {
        durableJob.dormant = !status.handedOver && !status.attempted;
        if (!durableJob.dormant)
            m_lanes.enqueue(job->account, key);
    } else {
        durableJob.request.reset();
        job->deadline =
            std::max(job->deadline, now + std::min<Duration>(kRecoveryGrace, m_config.hold.jobDeadline));
    }
    // Nobody will ever tell how a start of one that passes through went.
    if (status.passThrough && status.state == JobState::Running)
        job->deadline = now;
    m_deadlines.set(key, job->deadline);
}

void JobCoordinator::handOverAll()
{
    const TimePoint now = Clock::now();
    int lost = 0;
    for (const JobKey key : m_jobs.heldKeys()) {
        DurableJob *durableJob = durableJobOf(key);
        Job *job = m_jobs.find(key);
        if (!durableJob || durableJob->ending)
            continue;
        if (!m_store.isDurable() || !m_store.isAvailable()) {
            ++lost;
            for (Waiter &waiter : m_waiters.takeAll(key))
                answer(waiter,
                       http::problemResponse({Reason::Draining,
                                              u"The service is shutting down and could not wait longer."_s,
                                              job->id, std::chrono::milliseconds(1000)}),
                       Reason::Draining, job->account);
            continue;
        }
        const std::vector<WaiterId> waiters = m_waiters.of(key);
        if (waiters.empty())
            continue;
        for (const WaiterId id : waiters)
            m_waiters.find(id)->isDue = true;
        if (job->status.handedOver && durableJob->handOverStored) {
            answerDue(key, {});
            continue;
        }
        // Whoever is given its address must find it there after the restart, started or not.
        apply(*job, JobEvent::HandOver, now);
        touch(*job, *durableJob);
        store(*job, *durableJob);
    }
    if (lost > 0)
        qCWarning(lcService)
            << lost << "jobs with a key, or handed over, end with this process: nothing is stored on disk";
    checkDrained();
}

void JobCoordinator::find(const QByteArray &id, Found found)
{
    const auto known = m_durableIds.find(id);
    if (known == m_durableIds.end()) {
        m_store.find(id, std::move(found));
        return;
    }
    DurableJob &durableJob = m_durableJobs.at(known->second);
    if (durableJob.ending && !durableJob.ending->unstored)
        durableJob.ending->asked.push_back(
            [found = std::move(found)](const JobRecord &record) { found(record); });
    else if (durableJob.ending)
        found(durableJob.ending->record);
    else
        found(recordOf(*m_jobs.find(known->second), durableJob));
}

void JobCoordinator::findByKey(const QByteArray &account, const QByteArray &key, FoundAll found)
{
    if (const auto known = m_keys.find({account, key}); known != m_keys.end()) {
        find(m_durableJobs.at(known->second).id, [found = std::move(found)](std::optional<JobRecord> record) {
            found(record ? std::vector<JobRecord>{*std::move(record)} : std::vector<JobRecord>());
        });
        return;
    }
    constexpr int kMost = 100;
    if (account.isEmpty())
        m_store.findAllByKey(key, kMost, std::move(found));
    else
        m_store.findByKey(account, key, [found = std::move(found)](std::optional<JobRecord> record) {
            found(record ? std::vector<JobRecord>{*std::move(record)} : std::vector<JobRecord>());
        });
}

void JobCoordinator::watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found)
{
    const auto known = m_durableIds.find(id);
    const DurableJob *durableJob = known == m_durableIds.end() ? nullptr : durableJobOf(known->second);
    const bool waits = durableJob && !durableJob->ending && durableJob->revision <= after;
    if (!waits || !m_watches.add(known->second, after, until, found))
        find(id, std::move(found));
}

void JobCoordinator::cancel(const QByteArray &id,
                            std::function<void(Cancelled, std::optional<JobRecord>)> answer)
{
    const auto known = m_durableIds.find(id);
    DurableJob *durableJob = known == m_durableIds.end() ? nullptr : durableJobOf(known->second);
    if (durableJob && !durableJob->ending) {
        const JobKey key = known->second;
        applyTo(key, JobEvent::Cancel);
        find(id, [answer = std::move(answer)](std::optional<JobRecord> record) {
            answer(Cancelled::Done, std::move(record));
        });
        return;
    }
    find(id, [answer = std::move(answer)](std::optional<JobRecord> record) {
        const Cancelled outcome = !record           ? Cancelled::NotFound
                                  : record->expired ? Cancelled::Expired
                                                    : Cancelled::AlreadyEnded;
        answer(outcome, std::move(record));
    });
}

}  // namespace holdline
