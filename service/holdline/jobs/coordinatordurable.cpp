// SPDX-License-Identifier: GPL-3.0-or-later
// The JobCoordinator's part for clients that come with an Idempotency-Key or want to be handed over.
#include "core/base/crashpoint.h"
#include "core/httpvalues/fingerprint.h"
#include "core/httpvalues/idempotencykey.h"
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr auto kStoreRetryAfter = milliseconds(5000);

QByteArray preferenceText(const Preferences &preferences)
{
    if (!preferences.respondAsync)
        return {};
    QByteArray text = QByteArrayLiteral("respond-async");
    if (preferences.wait)
        text += ", wait=" + QByteArray::number(static_cast<qint64>(preferences.wait->count()));
    return text;
}

/// Why a client that cannot wait any longer is not answered yet.
Reason whatIsAwaited(const JobStatus &status)
{
    if (status.state == JobState::Queued)
        return Reason::QueueTimeout;
    return status.startUnknown ? Reason::StartUnknown : Reason::CallbackTimeout;
}

}  // namespace

void JobCoordinator::holdDurable(const http::Request &request, StartRequest start,
                                 std::unique_ptr<Exchange> exchange, const Preferences &preferences)
{
    PendingRequest asking{request, std::move(start), std::move(exchange), preferences, {}, {}, Clock::now()};
    const auto field = request.headers.combined("Idempotency-Key");
    if (!field) {
        makeDurable(std::move(asking));
        return;
    }
    auto key = parseIdempotencyKey(*field);
    if (const auto *error = std::get_if<QString>(&key)) {
        refuse(asking, {Reason::IdempotencyKeyInvalid, *error, {}, {}});
        return;
    }
    asking.key = std::get<QByteArray>(std::move(key));
    asking.fingerprint = fingerprint(request.method, request.path(), request.body);

    const AccountKey name(asking.start.account, asking.key);
    if (m_keys.contains(name)) {
        joinOrMake(std::move(asking));
        return;
    }
    if (!m_store.isAvailable()) {
        refuse(asking, {Reason::StoreUnavailable, m_store.errorString(), {}, kStoreRetryAfter});
        return;
    }
    if (requestsHeld() >= m_config.hold.held) {
        refuse(asking, {Reason::Overloaded, u"Too many requests are held; try again shortly."_s, {}, 1s});
        return;
    }
    const auto [lookup, isFirst] = m_asking.try_emplace(name);
    lookup->second.push_back(std::move(asking));
    ++m_askingCount;
    if (isFirst)
        m_store.findByKey(name.first, name.second, [this, name](const std::optional<JobRecord> &found) {
            onKeyLookedUp(name, found);
        });
}

void JobCoordinator::onKeyLookedUp(const AccountKey &key, const std::optional<JobRecord> &found)
{
    std::vector<PendingRequest> all = std::move(m_asking.extract(key).mapped());
    m_askingCount -= static_cast<int>(all.size());
    // One that had not ended, and is not here: the store could not be read when the service was started, or
    // what was to be forgotten could not be.
    // Not one that has ended here while its record was read.
    if (found && !found->expired && !found->isSettled() && !m_durableIds.contains(found->id) &&
        !m_jobs.findByToken(found->token))
        recoverOne(*found, Clock::now());
    for (PendingRequest &asking : all) {
        if (!asking.exchange->isOpen())
            Q_EMIT requestAnswered({Reason::ClientGone,
                                    499,
                                    {},
                                    asking.start.account,
                                    asking.request.requestId,
                                    asking.request.peer,
                                    Clock::now() - asking.since,
                                    false});
        else if (found && !found->expired && found->answer)
            replay(asking, *found);
        else
            joinOrMake(std::move(asking));
    }
    checkDrained();
}

void JobCoordinator::joinOrMake(PendingRequest asking)
{
    const auto found = m_keys.find({asking.start.account, asking.key});
    if (found == m_keys.end())
        makeDurable(std::move(asking));
    else
        join(found->second, m_durableJobs.at(found->second), std::move(asking));
}

void JobCoordinator::join(JobKey key, DurableJob &durableJob, PendingRequest asking)
{
    if (durableJob.fingerprint != asking.fingerprint) {
        refuseReuse(asking, durableJob.id);
        return;
    }
    if (durableJob.ending && durableJob.ending->unstored) {
        replay(asking, durableJob.ending->record);
        return;
    }
    if (m_config.hold.keyInFlight == KeyInFlight::Reject) {
        refuse(asking, {Reason::IdempotencyKeyInFlight,
                        u"The first request with this key has not ended; try again when it has."_s,
                        durableJob.id, 1s});
        return;
    }
    if (requestsHeld() >= m_config.hold.held) {
        refuse(asking, {Reason::Overloaded, u"Too many requests are held; try again shortly."_s, {}, 1s});
        return;
    }
    if (m_draining) {
        refuse(asking, {Reason::Draining, u"The service is shutting down; try another one or later."_s,
                        durableJob.id, m_config.hold.drainTimeout});
        return;
    }
    const TimePoint now = Clock::now();
    ++durableJob.joined;
    ++m_joinedTotal;
    const bool handOver = asking.preferences.respondAsync;
    addWaiter(key, std::move(asking), true);
    Job *job = m_jobs.find(key);
    if (durableJob.ending || !job)
        return;  // it is told with the others in a moment
    touch(*job, durableJob);
    if (handOver && !job->status.handedOver) {
        apply(*job, JobEvent::HandOver, now);
        store(*job, durableJob);
    }
    if (std::exchange(durableJob.dormant, false)) {
        m_lanes.enqueue(job->account, key);
        pump(now);
    }
    Q_EMIT jobChanged(*job);
}

void JobCoordinator::makeDurable(PendingRequest asking)
{
    const TimePoint now = Clock::now();
    const bool handOver = asking.preferences.respondAsync;
    const TimePoint jobDeadline = now + m_config.hold.jobDeadline;
    AdmissionView view{m_draining, m_config.hold.drainTimeout, requestsHeld(), m_config.hold.held, {}};
    if (asking.start.wait)
        view.jobTime = m_jobTime.value();
    const TimePoint deadline = handOver ? jobDeadline : asking.since + patience(asking.preferences);
    if (const auto problem = refusal(view, m_lanes, m_circuit, asking.start.account, now, deadline)) {
        refuse(asking, *problem);
        return;
    }
    if (!m_store.isAvailable()) {
        refuse(asking, {Reason::StoreUnavailable, m_store.errorString(), {}, kStoreRetryAfter});
        return;
    }
    if (durableCount() >= m_config.hold.durable) {
        refuse(
            asking,
            {Reason::Overloaded,
             u"%1 jobs with a key, or handed over, have not ended, which is the limit."_s.arg(durableCount()),
             {},
             1s});
        return;
    }

    m_jobs.expire(now);
    Job &job = m_jobs.make(asking.start.account, !asking.start.wait, now, jobDeadline);
    const JobKey key = job.key;
    job.status.durable = true;
    job.status.handedOver = handOver;
    job.requestId = asking.request.requestId;
    job.client = asking.request.peer;
    ++m_openDurable;

    DurableJob &durableJob = m_durableJobs[key];
    durableJob.id = job.id;
    durableJob.key = asking.key;
    durableJob.fingerprint = asking.fingerprint;
    auto headers = travellingHeaders(asking.request);
    durableJob.request = RecordedRequest{asking.request.target, asking.request.body, headers};
    m_durableIds.emplace(job.id, key);
    if (!asking.key.isNull())
        m_keys.emplace(AccountKey(job.account, asking.key), key);
    m_held.emplace(key, Held{nullptr, asking.start, std::move(headers), {}});
    m_deadlines.set(key, jobDeadline);
    crashPoint("request_taken");

    m_lanes.enqueue(job.account, key);
    Q_EMIT jobChanged(job);
    addWaiter(key, std::move(asking), false);
    pump(now);
    // One that starts at once is stored as such; one that waits must be known too.
    Job *made = m_jobs.find(key);
    if (DurableJob *waiting = durableJobOf(key); made && waiting && made->status.state == JobState::Queued)
        store(*made, *waiting, [this, key](const QString &error) {
            if (!error.isEmpty())
                applyTo(key, JobEvent::StoreFailed);
        });
}

void JobCoordinator::addWaiter(JobKey key, PendingRequest asking, bool joined)
{
    Waiter waiter;
    waiter.job = key;
    waiter.exchange = std::move(asking.exchange);
    waiter.since = asking.since;
    waiter.requestId = asking.request.requestId;
    waiter.client = asking.request.peer;
    waiter.handOver = asking.preferences.respondAsync;
    waiter.preference = preferenceText(asking.preferences);
    waiter.joined = joined;
    m_waiters.add(std::move(waiter), asking.since + patience(asking.preferences));
}

void JobCoordinator::replay(PendingRequest &asking, const JobRecord &record)
{
    if (record.fingerprint != asking.fingerprint) {
        refuseReuse(asking, record.id);
        return;
    }
    http::Response response = resultAnswer(record);
    response.headers.append(QByteArrayLiteral("Idempotent-Replayed"), QByteArrayLiteral("true"));
    asking.exchange->answer(response);
    Q_EMIT requestAnswered({Reason::Replayed, response.status, record.id, record.account,
                            asking.request.requestId, asking.request.peer, Clock::now() - asking.since,
                            true});
}

void JobCoordinator::refuseReuse(PendingRequest &asking, const QByteArray &job)
{
    refuse(asking, {Reason::IdempotencyKeyReused,
                    u"This key came with another request before; use a new key for a new request."_s,
                    job,
                    {}});
}

void JobCoordinator::refuse(PendingRequest &asking, const Problem &problem)
{
    refuse(asking.request, *asking.exchange, problem);
}

http::Response JobCoordinator::stillRunning(const Job &job, Reason reason) const
{
    Problem problem{reason, u"The job goes on; its result will be found at its address."_s, job.id, {}};
    if (problem.status() == 503)
        problem.retryAfter = 1s;
    http::Response response = http::problemResponse(problem);
    response.headers.append(QByteArrayLiteral("Location"), jobPath(job.id));
    response.headers.append(QByteArrayLiteral("Holdline-Job"), job.id);
    return response;
}

void JobCoordinator::answer(Waiter &waiter, const http::Response &response, Reason reason,
                            const QByteArray &account)
{
    waiter.exchange->answer(response);
    Q_EMIT requestAnswered({reason, response.status, response.headers.value("Holdline-Job"), account,
                            waiter.requestId, waiter.client, Clock::now() - waiter.since, waiter.joined});
}

void JobCoordinator::onWaiterDue(WaiterId id)
{
    Waiter *waiter = m_waiters.find(id);
    const JobKey key = waiter->job;
    Job *job = m_jobs.find(key);
    const DurableJob *durableJob = durableJobOf(key);
    if (!job || !durableJob || durableJob->ending)
        return;  // all are told in a moment
    if (waiter->handOver) {
        waiter->isDue = true;
        if (durableJob->handOverStored)
            answerDue(key, {});
        return;
    }
    const JobStatus &status = job->status;
    if (m_waiters.countOf(key) == 1 && !status.handedOver && !status.attempted) {
        applyTo(key, JobEvent::Deadline);  // nobody else waits for it to start
        return;
    }
    Waiter late = *m_waiters.take(id);
    const Reason reason = whatIsAwaited(status);
    answer(late, stillRunning(*job, reason), reason, job->account);
    Q_EMIT jobChanged(*job);
    checkDrained();
}

void JobCoordinator::onWaiterGone(const Waiter &waiter)
{
    const Job *job = m_jobs.find(waiter.job);
    Q_EMIT requestAnswered({Reason::ClientGone, 499, job ? job->id : QByteArray(),
                            job ? job->account : QByteArray(), waiter.requestId, waiter.client,
                            Clock::now() - waiter.since, waiter.joined});
    if (m_waiters.countOf(waiter.job) == 0)
        applyTo(waiter.job, JobEvent::ClientGone);
    if (job && !job->isSettled())
        Q_EMIT jobChanged(*job);
    checkDrained();
}

void JobCoordinator::answerDue(JobKey key, const QString &error)
{
    const Job *job = m_jobs.find(key);
    const DurableJob *durableJob = durableJobOf(key);
    if (!job || !durableJob)
        return;
    for (const WaiterId id : m_waiters.of(key)) {
        if (!m_waiters.find(id)->isDue)
            continue;
        Waiter waiter = *m_waiters.take(id);
        if (!error.isEmpty())
            answer(waiter,
                   http::problemResponse({Reason::StoreUnavailable, error, job->id, kStoreRetryAfter}),
                   Reason::StoreUnavailable, job->account);
        else if (waiter.handOver)
            answer(waiter, handedOverResponse(currentRecord(*job, *durableJob), waiter.preference),
                   Reason::HandedOver, job->account);
        else
            answer(waiter, stillRunning(*job, Reason::Draining), Reason::Draining, job->account);
    }
    Q_EMIT jobChanged(*job);
    checkDrained();
}

}  // namespace holdline
