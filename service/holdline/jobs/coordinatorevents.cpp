// SPDX-License-Identifier: GPL-3.0-or-later
// The part of JobCoordinator that handles the events of jobs, and their ends.
#include "core/base/crashpoint.h"
#include "service/holdline/jobs/jobcoordinator.h"

namespace holdline {

namespace {

/// The pause before a job whose record could not be stored goes back into its lane.
constexpr auto kStorePause = std::chrono::seconds(1);

}  // namespace

void JobCoordinator::applyTo(JobKey key, JobEvent event)
{
    Job *job = m_jobs.find(key);
    if (!job)
        return;
    const TimePoint now = Clock::now();
    apply(*job, event, {now});
    m_scheduler.pump(now);
}

void JobCoordinator::apply(Job &job, JobEvent event, const Occasion &occasion)
{
    perform(job, next(job, event, occasion.now).actions, occasion);
}

/// Applies the event to the job machine, and adds the result to the journal of a durable job.
JobStep JobCoordinator::next(Job &job, JobEvent event, TimePoint now)
{
    const JobStep step = m_jobs.apply(job, event, now);
    if (!job.status.durable)
        return step;
    LiveJob *live = m_live.find(job.key);
    if (live && live->durable && !live->durable->ending)
        noteEvent(job, *live->durable, event, step, live->upstream.status, now);
    return step;
}

void JobCoordinator::perform(Job &job, JobActions actions, const Occasion &occasion)
{
    if (actions.testFlag(JobAction::EndTurn))
        m_scheduler.endTurn(job, occasion.turnTook);
    m_scheduler.noteState(job);
    if (actions.testFlag(JobAction::LeaveLane))
        m_scheduler.leave(job.key);
    if (actions.testFlag(JobAction::AwaitRetry))
        m_scheduler.awaitRetry(job, occasion.now, occasion.retryDelay);
    if (actions.testFlag(JobAction::SendStart))
        sendStart(job, occasion.now);
    if (actions.testFlag(JobAction::KeepResult))
        keepResult(job, occasion);
    if (actions.testFlag(JobAction::Settle))
        settle(job);
}

void JobCoordinator::sendStart(Job &job, TimePoint now)
{
    LiveJob &live = *m_live.find(job.key);
    m_scheduler.beginAttempt(job, now);
    m_registered.beginStart(job);
    live.countBytes(job.status);
    if (!m_journal.writeIntent(job, live))
        m_scheduler.send(job, live.start, now);
    Q_EMIT jobChanged(job);
}

void JobCoordinator::onIntentStored(JobKey key, const QString &error)
{
    Job *job = m_jobs.find(key);
    if (!job)
        return;
    const TimePoint now = Clock::now();
    // The start request is not sent when its record could not be stored, or when meanwhile the job has ended,
    // or progress has shown that an earlier start request started the job.
    if (!error.isEmpty() || job->isSettled() || !job->status.startInFlight || job->status.progressSeen) {
        m_scheduler.dropAttempt(*job, now);
        m_registered.endStart(key);
        const LiveJob *live = m_live.find(key);
        // The pause grows by 1 ms per durable job, so that all waiting jobs together try at most a thousand
        // times a second.
        const Duration pause = kStorePause + std::chrono::milliseconds(durableCount());
        const bool isPromised = live && live->durable->handOverStored && now + pause < job->deadline;
        const bool waits = !error.isEmpty() && isPromised && !job->isSettled();
        apply(*job, waits ? JobEvent::StoreRetry : JobEvent::StoreFailed, {now, pause});
        m_scheduler.pump(now);
        return;
    }
    crashPoint("intent_stored");
    job->times.started = now;
    m_scheduler.send(*job, m_live.find(key)->start, now);
    Q_EMIT jobChanged(*job);
    crashPoint("start_sent");
}

void JobCoordinator::onStartFinished(JobKey key, const StartResult &result)
{
    Job *job = m_jobs.find(key);
    if (!job || !job->status.startInFlight) {
        m_queries.endStart(key, result);
        return;
    }
    const TimePoint now = Clock::now();
    const Duration took = now - *job->times.started;
    m_scheduler.countResult(*job, result, now);

    if (job->upstreamId.isEmpty())
        job->upstreamId = result.upstreamId;
    if (job->upstreamLocation.isEmpty())
        job->upstreamLocation = result.upstreamLocation;
    if (QByteArray trouble = startTrouble(result); !trouble.isEmpty())
        job->startTrouble = std::move(trouble);
    const StartDecision decision = m_scheduler.decide(*job, result, now);
    Q_EMIT startEnded(*job, result, decision, took);
    LiveJob *live = m_live.find(key);
    if (live) {
        live->upstream = {result.status, result.contentType, result.body,        result.proxyStatus,
                          result.detail, result.retryAfter,  result.resultStatus};
        live->upstream.fields = result.fields;
    }
    if (live && live->durable) {
        crashPoint("start_answered");
        live->durable->canStartAgain = result.fate == StartResult::Fate::NotStarted && result.retryable;
    }
    // A refused connection ends quickly, and says nothing about the usual duration of a turn.
    apply(*job, decision.event,
          {now, decision.retryDelay, result.unreachable ? std::nullopt : std::optional(took), nullptr,
           &result});
    if (live && !job->isSettled()) {
        if (live->durable && job->status.state == JobState::Running && isStartInDoubt(job->status))
            beginDoubt(*job, now);
        // Now the job only waits for its result, so it should use little memory.
        if (job->status.state != JobState::Queued) {
            freeStart(*job, *live);
            live->upstream.fields = {};
        }
        JobStore::Done named;
        // Registered callbacks of this job wait until its upstream id is durable. If they were answered
        // before and this process crashed, the next process could not find the job, and the callbacks would
        // not come again.
        if (live->durable && job->status.state == JobState::Running && m_registered.concerns(*job))
            named = [this, key](const QString &error) {
                const Job *answered = m_jobs.find(key);
                LiveJob *goesOn = m_live.find(key);
                if (!error.isEmpty() && answered && goesOn && !goesOn->durable->ending)
                    m_journal.writeSoon(*answered, *goesOn);
                m_registered.endStart(key);
            };
        const bool isNamedLater = static_cast<bool>(named);
        m_journal.writeStartAnswered(*job, *live, std::move(named));
        live->countBytes(job->status);
        if (job->status.state == JobState::Running)
            m_queries.begin(*job);
        if (!isNamedLater)
            m_registered.endStart(key);
    } else {
        m_registered.endStart(key);
        m_queries.endStart(key, result);
    }
    Q_EMIT jobChanged(*job);
    m_scheduler.pump(now);
}

void JobCoordinator::callback(QByteArrayView token, const http::Request &request,
                              std::unique_ptr<Exchange> exchange, QByteArrayView suffix)
{
    m_callbacks.receive(token, suffix, request, std::move(exchange));
    pumpIfQueued();
}

void JobCoordinator::pumpIfQueued()
{
    if (lanes().totalQueued() > 0)
        m_scheduler.pump(Clock::now());
}

void JobCoordinator::onCallback(Job &job, JobEvent event, ReceivedCallback &callback)
{
    if (m_late.concerns(job, event, callback)) {
        m_late.take(job, callback);
        return;
    }
    const TimePoint now = Clock::now();
    if (job.status.durable && !callback.record)
        crashPoint("callback_taken");
    const bool wasUnknown = job.status.startUnknown;
    const JobStep step = next(job, event, now);
    LiveJob *live = m_live.find(job.key);
    // The callback proves that the job runs, so its start request was no failure of the upstream.
    if (wasUnknown && !job.status.startUnknown)
        m_scheduler.countSuccess(job, now);
    if (step.actions.testFlag(JobAction::Settle)) {
        JobResult result = callback.result();
        live->upstream.contentType = std::move(result.contentType);
        live->upstream.body = std::move(result.body);
        live->upstream.resultStatus = result.status;
        // Callbacks of some APIs contain no id.
        if (!callback.message.id.isEmpty())
            job.upstreamId = callback.message.id;
        // The callback proves that the job ran, so its start request was no failure of the upstream.
        if (wasUnknown)
            m_scheduler.countSuccess(job, now);
        if (const auto took = job.phases(now).job) {
            m_scheduler.addJobTime(job, *took);
            m_doubts.addJobTime(*took);
        }
    }
    m_callbacks.enter(step.callback, job, callback);
    const bool isDurable = live && live->durable;
    const bool isMismatched = step.callback == CallbackOutcome::Mismatched;
    // Settling a plain job destroys its LiveJob, so `live` must not be used for it after this line.
    perform(job, step.actions, {now, {}, {}, &callback});
    if (step.callback == CallbackOutcome::Progress && !job.isSettled())
        onProgress(job, live, callback.message);
    if (isDurable && isMismatched && !live->durable->ending)
        m_journal.touch(job, *live);  // the job's journal has an entry for the mismatched callback
    // While the end of a durable job is being written, the callback waits for that write.
    if (isDurable && !isMismatched && live->durable->ending)
        m_journal.holdBack(*live, {std::move(callback.exchange), callback.response});
}

/// Called when the result of an ended job was fetched, because a late callback did not contain the result.
/// Retains the result and answers the callback.
void JobCoordinator::onLateFetched(Job &job, const StartResult &result, ReceivedCallback &callback)
{
    const bool isCompleted = result.report == JobReport::Completed;
    const JobStep step =
        next(job, isCompleted ? JobEvent::StatusCompleted : JobEvent::StatusJobFailed, Clock::now());
    if (step.actions.testFlag(JobAction::KeepResult) || m_callbacks.isUnstored(job.id)) {
        const JobResult late{job.upstreamId, result.contentType, result.body, result.resultStatus};
        if (LiveJob *live = m_live.find(job.key)) {
            m_journal.replaceEnd(job, *live, late);
            m_journal.holdBack(*live, {std::move(callback.exchange), callback.response});
        } else {
            m_callbacks.retain(job, late, &callback);
        }
    }
    // A job that already has a result retains it. Then the callback is still here and is answered at once.
    if (callback.exchange)
        callback.exchange->answer(callback.response);
}

/// Called when a callback or a status answer says that the job still runs. So the job was certainly started,
/// and is no longer in doubt.
void JobCoordinator::onProgress(Job &job, LiveJob *live, const JobMessage &message)
{
    job.progress.add(message.state);
    if (job.upstreamId.isEmpty())
        job.upstreamId = message.id;
    if (live) {
        if (!job.status.startInFlight)
            freeStart(job, *live);
        live->countBytes(job.status);
    }
    if (live && live->durable) {
        if (m_doubts.remove(job.key)) {
            job.deadline = std::max(job.deadline, job.times.created + m_config.hold.jobDeadline);
            m_deadlines.set(job.key, job.deadline);
        }
        m_journal.writeSoon(job, *live);
    }
    if (message.mustAsk)
        m_queries.askNow(job);
    else if (job.status.state == JobState::Running)
        m_queries.begin(job);
    Q_EMIT jobProgressed(job, message.isKnownState);
    Q_EMIT jobChanged(job);
}

/// Drops the client's request, because a job that only waits should use little memory. Keeps the request when
/// later requests to the upstream about the job need it.
void JobCoordinator::freeStart(const Job &job, LiveJob &live)
{
    const Route *route = m_routes.byName(job.route);
    if (!route || !route->needsRequestLater())
        live.start = {};
}

void JobCoordinator::onStatusAnswered(JobKey key, const StartResult &result)
{
    Job *job = m_jobs.find(key);
    LiveJob *live = m_live.find(key);
    if (!job || !live || job->isSettled())
        return;
    const TimePoint now = Clock::now();
    if (result.report == JobReport::Progress) {
        const bool isNews =
            !job->status.progressSeen || job->progress.state != result.state.left(JobProgress::kStateBytes);
        apply(*job, JobEvent::StatusProgress, {now});
        if (isNews)
            onProgress(*job, live, {{}, result.state, JobReport::Progress, false, result.isKnownState});
        return;
    }
    live->upstream.contentType = result.contentType;
    live->upstream.body = result.body;
    live->upstream.resultStatus = result.resultStatus;
    const bool isCompleted = result.report == JobReport::Completed;
    apply(*job, isCompleted ? JobEvent::StatusCompleted : JobEvent::StatusJobFailed,
          {now, {}, {}, nullptr, &result});
    m_scheduler.pump(now);
}

/// Cancels the job at the upstream, when no client needs its result any more.
void JobCoordinator::cancelUpstream(const Job &job, const LiveJob &live)
{
    if (!job.status.attempted || job.status.resultSeen)
        return;
    switch (job.status.outcome) {
        case Reason::Cancelled:
            m_queries.cancel(job, live, CancelReason::Delete);
            break;
        case Reason::ClientGone:
            m_queries.cancel(job, live, CancelReason::ClientGone);
            break;
        case Reason::CallbackTimeout:
        case Reason::StartUnknown:
        case Reason::Interrupted:
            m_queries.cancel(job, live, CancelReason::Deadline);
            break;
        default:
            break;
    }
}

void JobCoordinator::keepResult(Job &job, const Occasion &occasion)
{
    const JobResult result = occasion.callback
                                 ? occasion.callback->result()
                                 : JobResult{occasion.start->upstreamId, occasion.start->contentType,
                                             occasion.start->body, occasion.start->resultStatus};
    if (LiveJob *live = m_live.find(job.key))
        m_journal.replaceEnd(job, *live, result);
    else
        m_callbacks.retain(job, result, occasion.callback);
}

void JobCoordinator::onWaiterGone(LiveJob &live, const Waiter &waiter)
{
    const Job *job = m_jobs.find(live.key);
    if (live.durable)
        Q_EMIT requestAnswered({Reason::ClientGone, 499, job ? job->id : QByteArray(),
                                job ? job->account : QByteArray(), waiter.requestId, waiter.client,
                                Clock::now() - waiter.since, waiter.joined, waiter.route});
    if (live.waiters.empty())
        applyTo(live.key, JobEvent::ClientGone);
    if (job && !job->isSettled())
        Q_EMIT jobChanged(*job);
    checkDrained();
}

// Ends

void JobCoordinator::settle(Job &job)
{
    LiveJob &live = *m_live.find(job.key);
    m_deadlines.clear(job.key);
    m_queries.stop(job.key);
    cancelUpstream(job, live);
    live.start = {};
    live.upstream.heldBack = guards().of(job).circuit.isOpen();
    if (live.durable) {
        m_doubts.remove(job.key);
        // A new request with this key may make a new job.
        if (freesKey(job, *live.durable)) {
            m_keys.release(job.account, live);
            live.durable->key = {};
        }
        job.joined = live.durable->joined;
        job.recovered = live.durable->recovered;
    }
    // A plain job whose client has left needs no response body. Every other job does.
    http::Response response;
    response.status = reasonInfo(job.status.outcome).status;
    if (live.durable || !live.waiters.empty())
        response = jobResponse(job, live.upstream);
    job.endStatus = response.status;
    const bool tellsLater = m_journal.writeEnd(job, live, response);
    Q_EMIT jobEnded(job, job.endStatus);
    if (tellsLater) {
        live.countBytes(job.status);
        return;
    }
    tellEnd(live, response, job.status.outcome, job.account);
    forget(live, job.account);
    checkDrained();
}

void JobCoordinator::tellEnd(LiveJob &live, const http::Response &response, Reason outcome,
                             const QByteArray &account)
{
    Journal::answerCallbacks(live);
    for (Waiter &waiter : m_waiters.takeAll(live)) {
        if (!live.durable) {
            waiter.exchange->answer(response);
            continue;
        }
        m_waiters.answer(waiter, response, outcome, account);
        crashPoint("client_answered");
    }
    m_directory.tellEnd(live);
}

void JobCoordinator::onEndStored(LiveJob &live, bool isDurable)
{
    const Ending &ending = *live.durable->ending;
    const JobStatus &status = ending.record.status;
    tellEnd(live, ending.response, status.outcome, ending.record.account);
    if (isDurable) {
        const bool leavesDeadLetter =
            status.handedOver && reasonInfo(status.outcome).has(EndTrait::LeavesDeadLetter);
        const QByteArray id = ending.record.id;
        forget(live, QByteArray(ending.record.account));
        if (leavesDeadLetter)
            m_failed.add(id);
    }
    checkDrained();
}

void JobCoordinator::forget(LiveJob &live, const QByteArray &account)
{
    if (live.durable) {
        m_keys.release(account, live);
        m_journal.forget(live);
    }
    m_live.erase(live);
}

}  // namespace holdline
