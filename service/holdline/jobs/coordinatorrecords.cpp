// SPDX-License-Identifier: GPL-3.0-or-later
// The JobCoordinator's part that keeps promises: what is stored, when, and what waits for it.
#include "core/base/crashpoint.h"
#include "core/telemetry/logging.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Nobody got what the job was made for.
bool cameToNothing(Reason outcome)
{
    switch (outcome) {
        case Reason::Completed:
        case Reason::JobFailed:
        case Reason::PassedThrough:
        case Reason::Cancelled:
            return false;
        default:
            return true;
    }
}

http::Response notStored(const QByteArray &job, const QString &why)
{
    return http::problemResponse({Reason::StoreUnavailable, why, job, milliseconds(1000)});
}

}  // namespace

DurableJob *JobCoordinator::durableJobOf(JobKey key)
{
    const auto found = m_durableJobs.find(key);
    return found == m_durableJobs.end() ? nullptr : &found->second;
}

const DurableJob *JobCoordinator::durableJobOf(JobKey key) const
{
    const auto found = m_durableJobs.find(key);
    return found == m_durableJobs.end() ? nullptr : &found->second;
}

int JobCoordinator::unattendedCount() const
{
    int count = 0;
    for (const auto &[key, durableJob] : m_durableJobs)
        count += m_waiters.countOf(key) == 0 ? 1 : 0;
    return count;
}

JobRecord JobCoordinator::currentRecord(const Job &job, const DurableJob &durableJob) const
{
    return durableJob.ending ? durableJob.ending->record : recordOf(job, durableJob);
}

void JobCoordinator::touch(const Job &job, DurableJob &durableJob)
{
    ++durableJob.revision;
    if (m_watches.isWatched(job.key))
        m_watches.changed(job.key, recordOf(job, durableJob));
}

/// Whether anybody could make its start again: the next life of the service, or an operator.
bool JobCoordinator::needsRequest(const JobStatus &status) const
{
    return status.state == JobState::Queued || status.handedOver ||
           m_config.retry.ambiguous == AmbiguousRetry::Always;
}

void JobCoordinator::store(const Job &job, DurableJob &durableJob, JobStore::Done done)
{
    JobRecord record = recordOf(job, durableJob);
    durableJob.posted = true;
    if (durableJob.request && !durableJob.requestPosted && needsRequest(job.status)) {
        durableJob.requestPosted = true;
        record.request = durableJob.request;
    }
    const bool handsOver = job.status.handedOver;
    m_store.put(record, [this, key = job.key, handsOver, done = std::move(done)](const QString &error) {
        if (DurableJob *stored = durableJobOf(key); stored && handsOver && !stored->ending) {
            stored->handOverStored = stored->handOverStored || error.isEmpty();
            answerDue(key, stored->handOverStored ? QString() : error);
        }
        if (done)
            done(error);
    });
}

void JobCoordinator::onIntentStored(JobKey key, const QString &error)
{
    const TimePoint now = Clock::now();
    Job *job = m_jobs.find(key);
    if (!error.isEmpty() || !job || job->isSettled() || !job->status.startInFlight) {
        // It stays here: it could not be stored, or ended meanwhile.
        if (job)
            apply(*job, JobEvent::StoreFailed, now);
        giveTurnBack(key, now);
        return;
    }
    crashPoint("intent_stored");
    m_turns.at(key).since = now;
    job->times.started = now;
    dispatchStart(*job, now);
    crashPoint("start_sent");
}

void JobCoordinator::settleDurable(const Job &job, const UpstreamAnswer &upstream)
{
    --m_openDurable;
    DurableJob &durableJob = m_durableJobs.at(job.key);
    // With an outcome like this it is as if there had never been such a request.
    const bool isFree = neverStarted(job.status.outcome) && !durableJob.maybeRan && !job.status.interrupted;
    if (isFree && !durableJob.key.isNull()) {
        m_keys.erase({job.account, durableJob.key});
        durableJob.key = {};
    }
    ++durableJob.revision;
    durableJob.ending = std::make_unique<Ending>();
    durableJob.ending->response = jobResponse(job, upstream);
    if (job.status.handedOver || !isFree)
        durableJob.ending->response.headers.append(QByteArrayLiteral("Location"), jobPath(job.id));
    durableJob.ending->record = recordOf(job, durableJob);
    durableJob.ending->record.answer = recordedAnswer(durableJob.ending->response);
    const int status = durableJob.ending->response.status;
    Job &settled = *m_jobs.find(job.key);
    settled.endStatus = status;
    settled.joined = durableJob.joined;
    settled.recovered = durableJob.recovered;
    if (isFree && !job.status.handedOver) {
        if (durableJob.posted)
            m_store.remove(job.id);
        Q_EMIT jobEnded(job, status);
        tellEnding(job.key);
        forgetDurableJob(job.key);
        checkDrained();
        return;
    }
    storeEnding(job.key);
    Q_EMIT jobEnded(job, status);
}

void JobCoordinator::storeEnding(JobKey key)
{
    Ending &ending = *m_durableJobs.at(key).ending;
    ++m_storing;
    ++ending.writes;
    m_store.put(ending.record, [this, key](const QString &error) { onEndingStored(key, error); });
}

void JobCoordinator::onEndingStored(JobKey key, const QString &error)
{
    --m_storing;
    DurableJob *durableJob = durableJobOf(key);
    if (!durableJob || --durableJob->ending->writes > 0)
        return;  // a later write tells
    Ending &ending = *durableJob->ending;
    if (!error.isEmpty()) {
        // Who waits gets what there is; who sent the result is asked to send it again.
        if (!std::exchange(ending.unstored, true)) {
            ++m_unstored;
            qCWarning(lcService).noquote()
                << "the end of job" << durableJob->id << "cannot be stored:" << error;
        }
        for (PendingCallback &callback : ending.callbacks)
            callback.response = notStored(durableJob->id, error);
    } else {
        crashPoint("result_stored");
    }
    tellEnding(key);
    if (error.isEmpty()) {
        const bool isDeadLetter =
            ending.record.status.handedOver && cameToNothing(ending.record.status.outcome);
        const QByteArray id = ending.record.id;
        forgetDurableJob(key);
        if (isDeadLetter)
            m_store.find(id, [this](const std::optional<JobRecord> &failed) {
                if (failed)
                    Q_EMIT handedOverFailed(*failed);
            });
    }
    checkDrained();
}

void JobCoordinator::tellEnding(JobKey key)
{
    Ending &ending = *m_durableJobs.at(key).ending;
    for (PendingCallback &callback : std::exchange(ending.callbacks, {})) {
        callback.exchange->answer(callback.response);
        crashPoint("callback_answered");
    }
    for (Waiter &waiter : m_waiters.takeAll(key)) {
        answer(waiter, ending.response, ending.record.status.outcome, ending.record.account);
        crashPoint("client_answered");
    }
    for (const auto &asked : std::exchange(ending.asked, {}))
        asked(ending.record);
    for (const Found &found : m_watches.takeAll(key))
        found(ending.record);
}

void JobCoordinator::forgetDurableJob(JobKey key)
{
    const auto found = m_durableJobs.find(key);
    const DurableJob &durableJob = found->second;
    m_durableIds.erase(durableJob.id);
    m_unstored -= durableJob.ending && durableJob.ending->unstored ? 1 : 0;
    if (!durableJob.key.isNull())
        m_keys.erase({durableJob.ending->record.account, durableJob.key});
    m_durableJobs.erase(found);
}

void JobCoordinator::retryUnstored()
{
    if (m_unstored == 0 || !m_store.isAvailable())
        return;
    for (const auto &[key, durableJob] : m_durableJobs) {
        if (durableJob.ending && durableJob.ending->unstored && durableJob.ending->writes == 0)
            storeEnding(key);
    }
}

/// Nobody waits to hear that a start was accepted: the job is waited for after a crash either way. So it is
/// written within a second, and not at all where the job has ended by then.
void JobCoordinator::storeStarts()
{
    for (const JobKey key : std::exchange(m_startsToStore, {})) {
        const Job *job = m_jobs.find(key);
        DurableJob *durableJob = durableJobOf(key);
        if (job && durableJob && !durableJob->ending)
            store(*job, *durableJob);
    }
}

void JobCoordinator::callbackOfStored(const QByteArray &token, const http::Request &request,
                                      std::unique_ptr<Exchange> exchange)
{
    if (!m_store.isAvailable()) {
        exchange->answer(notStored({}, m_store.errorString()));
        return;
    }
    // A std::function must be one that can be copied.
    std::shared_ptr<Exchange> shared = std::move(exchange);
    m_store.findByToken(token, [this, token, request, shared](std::optional<JobRecord> found) {
        if (!found || found->expired) {
            Q_EMIT callbackRefused(token, request, Reason::CallbackUnknown, {}, {});
            shared->answer(enter(CallbackOutcome::Unknown, {}, {}, request));
            return;
        }
        const auto parsed = parseCallback(request.body);
        if (const auto *error = std::get_if<QString>(&parsed)) {
            Q_EMIT callbackRefused(token, request, Reason::CallbackMalformed, found->id, found->account);
            shared->answer(enter(CallbackOutcome::Malformed, found->id, {}, request, *error));
            return;
        }
        const CallbackMessage &message = std::get<CallbackMessage>(parsed);
        const JobStep next = step(found->status, eventOf(message, found->upstreamId));
        if (!found->isSettled()) {
            // The store could not be read when the service was started; whoever asks for the job wakes it.
            shared->answer(notStored(found->id, u"The job is not waited for yet; try again."_s));
            return;
        }
        if (next.callback == CallbackOutcome::Mismatched)
            Q_EMIT callbackRefused(token, request, Reason::CallbackMismatched, found->id, found->account);
        const http::Response response = enter(next.callback, found->id, message.id, request);
        if (!next.actions.testFlag(JobAction::KeepResult)) {
            shared->answer(response);
            return;
        }
        found->status = next.status;
        storeLateResult(*std::move(found), message, {token, request, shared, response});
    });
}

void JobCoordinator::keepLateResult(const Job &job, const CallbackMessage &message, const LateCallback &late)
{
    m_store.find(job.id,
                 [this, key = job.key, status = job.status, message, late](std::optional<JobRecord> found) {
                     if (found && !found->expired) {
                         found->status = status;
                         storeLateResult(*std::move(found), message, late);
                         return;
                     }
                     if (Job *forgotten = m_jobs.find(key))
                         m_jobs.keepResult(*forgotten, late.request.body);
                     late.exchange->answer(late.response);
                 });
}

void JobCoordinator::putResult(JobRecord &record, const CallbackMessage &message,
                               const http::Request &request)
{
    ++record.revision;
    record.upstreamId = message.id;
    record.callback = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    record.answer = RecordedAnswer{200, request.headers.value("Content-Type"), request.body, {}};
}

void JobCoordinator::storeLateResult(JobRecord record, const CallbackMessage &message,
                                     const LateCallback &late)
{
    // A cancelled job stays cancelled; what was missing is put right.
    if (record.status.outcome == Reason::Completed || record.status.outcome == Reason::JobFailed)
        putResult(record, message, late.request);
    m_store.put(record, [this, late, id = record.id, account = record.account](const QString &error) {
        if (!error.isEmpty())
            Q_EMIT callbackRefused(late.token, late.request, Reason::StoreUnavailable, id, account);
        late.exchange->answer(error.isEmpty() ? late.response : notStored(id, error));
    });
}

}  // namespace holdline
