// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobmachine.h"

#include "core/base/enumtable.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

JobStep settle(JobStatus status, Reason outcome, JobActions actions = {})
{
    if (status.state == JobState::Queued)
        actions |= JobAction::LeaveLane;
    status.state = JobState::Settled;
    status.outcome = outcome;
    return {status, actions | JobAction::Settle};
}

/// Handles the first result of a job. It ends the job, or is retained if the job has ended before.
JobStep resultCame(JobStatus status, Reason result, JobActions actions)
{
    status.resultSeen = true;
    if (status.state != JobState::Settled)
        return settle(status, result, actions);
    if (status.durable && reasonInfo(status.outcome).has(EndTrait::MissesResult))
        status.outcome = result;
    return {status, actions | JobAction::KeepResult};
}

/// Marks the job as running: it was certainly started and has not ended.
void confirmStart(JobStatus &status)
{
    status.state = JobState::Running;
    status.interrupted = false;
    status.startUnknown = false;
}

JobStep startEnded(JobStatus status, JobEvent event)
{
    if (!status.startInFlight)
        return {status, {}};
    status.startInFlight = false;
    const JobActions endTurn = JobAction::EndTurn;
    const bool isResult = event == JobEvent::StartCompleted || event == JobEvent::StartJobFailed;
    if (isResult && !status.resultSeen && !status.passThrough)
        return resultCame(status, event == JobEvent::StartCompleted ? Reason::Completed : Reason::JobFailed,
                          endTurn);
    if (status.state == JobState::Settled)
        return {status, endTurn};
    if (status.progressSeen) {
        confirmStart(status);
        return {status, endTurn};
    }

    switch (event) {
        case JobEvent::StartAccepted:
        case JobEvent::StartCompleted:
        case JobEvent::StartJobFailed:
            if (status.passThrough)
                return settle(status, Reason::PassedThrough, endTurn);
            confirmStart(status);
            return {status, endTurn};
        case JobEvent::StartUnknown:
            status.startUnknown = true;
            // With `wait:false` the callback goes to the client, so Holdline cannot learn later whether the
            // job was started.
            if (status.passThrough)
                return settle(status, Reason::StartUnknown, endTurn);
            status.state = JobState::Running;
            return {status, endTurn};
        case JobEvent::RetryRejected:
        case JobEvent::RetryUnreachable:
        case JobEvent::RetryFailed:
        case JobEvent::RetryUnknown:
            status.state = JobState::Queued;
            // The upstream may have started the job, so the retry may make the job run twice.
            status.startUnknown |= event == JobEvent::RetryUnknown;
            status.queuedEnd = failureOf(event);
            return {status, endTurn | JobAction::AwaitRetry};
        default:
            return settle(status, failureOf(event), endTurn);
    }
}

/// Handles a callback with progress. It changes nothing if the job has ended.
JobStep progressCame(JobStatus status)
{
    JobActions actions;
    if (status.state != JobState::Settled) {
        status.progressSeen = true;
        status.startUnknown = false;
        status.interrupted = false;
    }
    if (status.state == JobState::Queued) {
        confirmStart(status);
        actions = JobAction::LeaveLane;
    }
    return {status, actions, CallbackOutcome::Progress};
}

JobStep callbackCame(JobStatus status, JobEvent event)
{
    // The token is sent with the first start request, so the sender of an earlier callback has guessed it.
    if (status.passThrough || !status.attempted)
        return {status, {}, CallbackOutcome::Unknown};
    if (event == JobEvent::CallbackMismatched)
        return {status, {}, CallbackOutcome::Mismatched};
    if (status.resultSeen)
        return {status, {}, CallbackOutcome::Duplicate};
    if (event == JobEvent::CallbackProgress)
        return progressCame(status);

    CallbackOutcome outcome = CallbackOutcome::Early;
    if (status.state == JobState::Settled)
        outcome = CallbackOutcome::Late;
    else if (status.state == JobState::Running)
        outcome = CallbackOutcome::Matched;
    JobStep step =
        resultCame(status, event == JobEvent::CallbackCompleted ? Reason::Completed : Reason::JobFailed, {});
    step.callback = outcome;
    return step;
}

/// Handles the upstream's answer when Holdline asked about the job. Ignored before the first start request,
/// when the upstream cannot know the job.
JobStep statusCame(JobStatus status, JobEvent event)
{
    if (status.passThrough || !status.attempted || status.resultSeen)
        return {status, {}};
    if (event != JobEvent::StatusProgress)
        return resultCame(status, event == JobEvent::StatusCompleted ? Reason::Completed : Reason::JobFailed,
                          {});
    JobStep step = progressCame(status);
    step.callback = CallbackOutcome::None;
    return step;
}

/// Takes back a granted start request that was not sent, and ends its turn.
JobActions takeBackStart(JobStatus &status)
{
    const JobActions actions = status.startInFlight ? JobAction::EndTurn : JobActions();
    status.startInFlight = false;
    return actions;
}

/// Returns whether an earlier start request of this job succeeded. If so, marks the job as running.
bool isConfirmed(JobStatus &status)
{
    if (!status.progressSeen || status.state != JobState::Starting)
        return false;
    confirmStart(status);
    return true;
}

/// Handles StoreFailed: the start request was not sent. So the job ends, unless an earlier start request
/// succeeded.
JobStep storeFailed(JobStatus status)
{
    const JobActions endTurn = takeBackStart(status);
    if (isConfirmed(status))
        return {status, endTurn};
    const bool waits = status.state == JobState::Queued || status.state == JobState::Starting;
    return waits ? settle(status, Reason::StoreUnavailable, endTurn) : JobStep{status, endTurn};
}

/// Handles StoreRetry: the start request was not sent, and the client will ask for the result later. So the
/// job waits until the store works again.
JobStep storeRetry(JobStatus status)
{
    const JobActions endTurn = takeBackStart(status);
    if (isConfirmed(status) || !endTurn || status.state != JobState::Starting)
        return {status, endTurn};
    status.state = JobState::Queued;
    return {status, endTurn | JobAction::AwaitRetry};
}

/// Returns whether the job goes on without a waiting client.
bool needsNoClient(const JobStatus &status)
{
    return status.durable && (status.handedOver || status.attempted);
}

Reason deadlineOutcome(const JobStatus &status)
{
    if (status.interrupted)
        return Reason::Interrupted;
    switch (status.state) {
        case JobState::Queued:
            return status.queuedEnd;
        case JobState::Starting:
            return status.progressSeen ? Reason::CallbackTimeout : Reason::StartUnknown;
        default:
            return status.startUnknown ? Reason::StartUnknown : Reason::CallbackTimeout;
    }
}

}  // namespace

Reason failureOf(JobEvent startEnd)
{
    switch (startEnd) {
        case JobEvent::StartRejected:
        case JobEvent::RetryRejected:
            return Reason::StartRejected;
        case JobEvent::StartUnreachable:
        case JobEvent::RetryUnreachable:
            return Reason::UpstreamUnreachable;
        case JobEvent::StartUnknown:
        case JobEvent::RetryUnknown:
            return Reason::StartUnknown;
        default:
            return Reason::UpstreamError;
    }
}

bool isStartInDoubt(const JobStatus &status)
{
    if (status.resultSeen)
        return false;
    const bool endedSo = status.state == JobState::Settled &&
                         (status.outcome == Reason::StartUnknown || status.outcome == Reason::Interrupted);
    return status.startUnknown || endedSo;
}

bool mayHaveRun(const JobStatus &status)
{
    // A queued job waits for its first start request, or for a retry after one that certainly failed.
    return status.interrupted || status.startUnknown ||
           (status.attempted && status.state != JobState::Queued);
}

bool certainlyNeverRan(const JobStatus &status)
{
    return reasonInfo(status.outcome).has(EndTrait::NeverStarted) && !status.startUnknown &&
           !status.interrupted;
}

JobStep step(JobStatus status, JobEvent event)
{
    switch (event) {
        case JobEvent::TurnGranted:
            // A job that is not queued cannot use a turn, so the turn ends at once.
            if (status.state != JobState::Queued)
                return {status, JobAction::EndTurn};
            status.state = JobState::Starting;
            status.attempted = true;
            status.startInFlight = true;
            return {status, JobAction::SendStart};
        case JobEvent::StartAccepted:
        case JobEvent::StartCompleted:
        case JobEvent::StartJobFailed:
        case JobEvent::StartRejected:
        case JobEvent::StartUnreachable:
        case JobEvent::StartFailed:
        case JobEvent::StartUnknown:
        case JobEvent::RetryRejected:
        case JobEvent::RetryUnreachable:
        case JobEvent::RetryFailed:
        case JobEvent::RetryUnknown:
            return startEnded(status, event);
        case JobEvent::CallbackCompleted:
        case JobEvent::CallbackFailed:
        case JobEvent::CallbackProgress:
        case JobEvent::CallbackMismatched:
            return callbackCame(status, event);
        case JobEvent::StatusCompleted:
        case JobEvent::StatusJobFailed:
        case JobEvent::StatusProgress:
            return statusCame(status, event);
        case JobEvent::Deadline:
        case JobEvent::ClientGone:
        case JobEvent::Cancel:
        case JobEvent::DrainExpired:
            break;
        case JobEvent::StoreFailed:
            return storeFailed(status);
        case JobEvent::StoreRetry:
            return storeRetry(status);
        case JobEvent::HandOver:
            status.durable = true;
            status.handedOver = true;
            return {status, {}};
    }
    if (status.state == JobState::Settled)
        return {status, {}};
    switch (event) {
        case JobEvent::Deadline:
            return settle(status, deadlineOutcome(status));
        case JobEvent::ClientGone:
            return needsNoClient(status) ? JobStep{status, {}} : settle(status, Reason::ClientGone);
        case JobEvent::Cancel:
            return settle(status, Reason::Cancelled);
        default:
            if (status.durable)
                return {status, {}};
            return settle(status, mayHaveRun(status) ? Reason::DrainTimeout : Reason::Draining);
    }
}

QLatin1StringView name(CallbackOutcome outcome)
{
    static constexpr EnumTexts<CallbackOutcome, kCallbackOutcomeCount> kTexts({
        {CallbackOutcome::None, {}},
        {CallbackOutcome::Matched, "matched"_L1},
        {CallbackOutcome::Early, "early"_L1},
        {CallbackOutcome::Progress, "progress"_L1},
        {CallbackOutcome::Duplicate, "duplicate"_L1},
        {CallbackOutcome::Late, "late"_L1},
        {CallbackOutcome::Unknown, "unknown"_L1},
        {CallbackOutcome::Mismatched, "mismatched"_L1},
        {CallbackOutcome::Malformed, "malformed"_L1},
        {CallbackOutcome::Unauthorised, "unauthorised"_L1},
    });
    return kTexts[outcome];
}

}  // namespace holdline
