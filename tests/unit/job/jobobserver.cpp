// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/job/jobobserver.h"

namespace holdline::test {

using Event = JobEvent;
using Action = JobAction;

namespace {

bool endsStart(Event event)
{
    return event >= Event::StartAccepted && event <= Event::RetryUnknown;
}

/// Returns the outcome of a job whose deadline passes while it waits for a retry. The result of the last
/// start request decides.
Reason endWhileRetrying(Event lastStart)
{
    switch (lastStart) {
        case Event::RetryRejected:
            return Reason::StartRejected;
        case Event::RetryUnreachable:
            return Reason::UpstreamUnreachable;
        case Event::RetryFailed:
            return Reason::UpstreamError;
        case Event::RetryUnknown:
            return Reason::StartUnknown;
        default:
            return Reason::InternalError;
    }
}

bool isCompleted(Event event)
{
    return event == Event::CallbackCompleted || event == Event::StartCompleted ||
           event == Event::StatusCompleted;
}

bool isCallback(Event event)
{
    return event >= Event::CallbackCompleted && event <= Event::CallbackMismatched;
}

}  // namespace

/// Returns true when the event is an upstream response that contains the first result of the job.
bool JobObserver::bringsResult(Event event) const
{
    if (event == Event::StatusCompleted || event == Event::StatusJobFailed)
        return m_everSent && !m_passThrough && m_delivered + m_kept == 0;
    const bool isResult = event == Event::StartCompleted || event == Event::StartJobFailed;
    return isResult && m_wasOut && !m_passThrough && m_delivered + m_kept == 0;
}

/// Returns true when the event proves that the job is running upstream.
bool JobObserver::saysProgress(Event event) const
{
    const bool isProgress = event == Event::CallbackProgress || event == Event::StatusProgress;
    return isProgress && m_everSent && !m_passThrough && m_delivered + m_kept == 0;
}

/// Returns the reason with which the event must end the held request, or nullopt when the event must not end
/// it.
std::optional<Reason> JobObserver::dueOutcome(Event event) const
{
    if (m_settled)
        return std::nullopt;
    const bool believed = m_everSent && !m_passThrough;
    switch (event) {
        case Event::ClientGone:
            // The client of a durable job may come back for the result. A job that may run upstream must go
            // on.
            return m_durable && (m_handedOver || m_everSent) ? std::nullopt
                                                             : std::optional(Reason::ClientGone);
        case Event::Cancel:
            return Reason::Cancelled;
        case Event::DrainExpired: {
            // A client may repeat its request after a 503, so 503 is allowed only when the job cannot have
            // run.
            const bool mayRun = m_maybeRan || m_interrupted || (m_everSent && !m_wasWaiting);
            return m_durable ? std::nullopt : std::optional(mayRun ? Reason::DrainTimeout : Reason::Draining);
        }
        case Event::StoreFailed:
            return (m_wasWaiting || m_wasOut) && !m_goesOn ? std::optional(Reason::StoreUnavailable)
                                                           : std::nullopt;
        case Event::Deadline:
            if (m_interrupted)
                return Reason::Interrupted;
            if (m_wasWaiting)
                return m_waitEnd;
            return (m_wasOut || m_fateUnknown) && !m_goesOn ? Reason::StartUnknown : Reason::CallbackTimeout;
        case Event::CallbackCompleted:
            return believed ? std::optional(Reason::Completed) : std::nullopt;
        case Event::CallbackFailed:
            return believed ? std::optional(Reason::JobFailed) : std::nullopt;
        default:
            break;
    }
    if (event == Event::StatusCompleted || event == Event::StatusJobFailed) {
        return !bringsResult(event)
                   ? std::nullopt
                   : std::optional(isCompleted(event) ? Reason::Completed : Reason::JobFailed);
    }
    if (!m_wasOut)
        return std::nullopt;
    if (bringsResult(event))
        return isCompleted(event) ? Reason::Completed : Reason::JobFailed;
    if (m_goesOn)
        return std::nullopt;
    switch (event) {
        case Event::StartRejected:
            return Reason::StartRejected;
        case Event::StartUnreachable:
            return Reason::UpstreamUnreachable;
        case Event::StartFailed:
            return Reason::UpstreamError;
        case Event::StartAccepted:
        case Event::StartCompleted:
        case Event::StartJobFailed:
            return m_passThrough ? std::optional(Reason::PassedThrough) : std::nullopt;
        case Event::StartUnknown:
            return m_passThrough ? std::optional(Reason::StartUnknown) : std::nullopt;
        default:
            return std::nullopt;
    }
}

CallbackOutcome JobObserver::dueCallback(Event event) const
{
    if (!isCallback(event))
        return CallbackOutcome::None;
    if (m_passThrough || !m_everSent)
        return CallbackOutcome::Unknown;
    if (event == Event::CallbackMismatched)
        return CallbackOutcome::Mismatched;
    if (m_delivered + m_kept > 0)
        return CallbackOutcome::Duplicate;
    if (event == Event::CallbackProgress)
        return CallbackOutcome::Progress;
    if (m_settled)
        return CallbackOutcome::Late;
    return m_wasOut || m_wasWaiting ? CallbackOutcome::Early : CallbackOutcome::Matched;
}

const char *JobObserver::watchTurns(Event event, const JobStep &step)
{
    if (event == Event::TurnGranted) {
        ++m_turns;
        const bool mustSend = m_wasWaiting && !m_settled;
        if (has(step, Action::SendStart) != mustSend)
            return mustSend ? "a turn is granted and no start is sent"
                            : "a start is sent by a job that was not waiting";
    } else if (has(step, Action::SendStart)) {
        return "a start is sent without a turn";
    }
    if (has(step, Action::SendStart)) {
        m_everSent = true;
        m_startOut = true;
        m_waiting = false;
        m_fateUnknown = false;
    }
    const bool isUnsent = event == Event::StoreFailed || event == Event::StoreRetry;
    if ((endsStart(event) || isUnsent) && m_wasOut) {
        if (!has(step, Action::EndTurn))
            return "a start ends and its turn does not";
        m_startOut = false;
        if (event == Event::StartAccepted && !m_passThrough && !m_settledBefore)
            m_interrupted = m_maybeRan = false;
        m_maybeRan |= event == Event::RetryUnknown && !m_settledBefore && !m_goesOn;
        m_fateUnknown = !m_goesOn && (event == Event::StartUnknown || (isUnsent && m_fateUnknown));
    }
    if (has(step, Action::EndTurn) && --m_turns < 0)
        return "a turn is ended that was not granted";
    return m_turns == (m_startOut ? 1 : 0) ? nullptr : "turns held and starts under way differ";
}

const char *JobObserver::watchWaiting(Event event, const JobStep &step)
{
    const bool mustRetry =
        (isRetry(event) || event == Event::StoreRetry) && m_wasOut && !m_settled && !m_goesOn;
    if (has(step, Action::AwaitRetry) != mustRetry)
        return mustRetry ? "a retry is due and not asked for" : "a retry is asked for out of season";
    if (has(step, Action::AwaitRetry)) {
        m_waiting = true;
        if (isRetry(event))
            m_waitEnd = endWhileRetrying(event);
    }
    const bool isConfirmed = saysProgress(event) && !m_settledBefore;
    const bool mustLeave = m_wasWaiting && (has(step, Action::Settle) || isConfirmed);
    if (has(step, Action::LeaveLane) != mustLeave)
        return mustLeave ? "settled and left in its lane" : "leaves a lane it is not in";
    if (has(step, Action::LeaveLane))
        m_waiting = false;
    return nullptr;
}

const char *JobObserver::watchCallback(const JobStatus &before, Event event, const JobStep &step)
{
    const CallbackOutcome due = dueCallback(event);
    if (step.callback != due)
        return "the callback's outcome is wrong";
    const bool changesNothing = due == CallbackOutcome::Unknown || due == CallbackOutcome::Duplicate ||
                                due == CallbackOutcome::Mismatched ||
                                (due == CallbackOutcome::Progress && m_settledBefore);
    if (changesNothing && (step.actions != JobActions{} || step.status != before))
        return "a callback that is not taken changes something";
    const bool isResult = bringsResult(event);
    const bool isLate = due == CallbackOutcome::Late || (isResult && m_settledBefore);
    if (has(step, Action::KeepResult) != isLate)
        return "a result is kept exactly when it is late";
    if (isLate)
        ++m_kept;
    else if (isResult || due == CallbackOutcome::Early || due == CallbackOutcome::Matched)
        ++m_delivered;
    if (saysProgress(event) && !m_settledBefore) {
        m_goesOn = true;
        m_interrupted = m_maybeRan = m_fateUnknown = false;
    }
    return m_delivered + m_kept <= 1 ? nullptr : "more than one result";
}

const char *JobObserver::watchEnd(Event event, const JobStep &step, std::optional<Reason> due)
{
    if (has(step, Action::Settle) != due.has_value())
        return due ? "it must be settled here" : "it must not be settled here";
    if (due && step.status.outcome != *due)
        return "the outcome is wrong";
    const bool missed = m_outcome == Reason::CallbackTimeout || m_outcome == Reason::StartUnknown ||
                        m_outcome == Reason::Interrupted || m_outcome == Reason::DrainTimeout;
    const bool mends = m_durable && missed && has(step, Action::KeepResult);
    if (mends && step.status.outcome != (isCompleted(event) ? Reason::Completed : Reason::JobFailed))
        return "a late result does not take the place of the failure";
    if (m_settled && !mends && step.status.outcome != m_outcome)
        return "the outcome changes after the end";
    m_settled = m_settled || due.has_value();
    m_outcome = step.status.outcome;
    const bool final = event == Event::Deadline || (event == Event::DrainExpired && !m_durable);
    return !final || m_settled ? nullptr : "held after its last moment";
}

const char *JobObserver::watchStatus(const JobStatus &status) const
{
    if ((status.state == JobState::Settled) != m_settled)
        return "state and history differ on whether it is settled";
    if (!m_settled && (status.state == JobState::Queued) != m_waiting)
        return "state and history differ on whether it waits";
    if (!m_settled && (status.state == JobState::Starting) != m_startOut)
        return "state and history differ on whether it starts";
    if (status.startInFlight != m_startOut || status.attempted != m_everSent ||
        status.resultSeen != (m_delivered + m_kept == 1) || status.progressSeen != m_goesOn ||
        status.passThrough != m_passThrough || status.durable != m_durable ||
        status.handedOver != m_handedOver)
        return "status and history differ";
    return nullptr;
}

const char *JobObserver::watch(const JobStatus &before, Event event, const JobStep &step)
{
    m_wasWaiting = m_waiting;
    m_wasOut = m_startOut;
    m_settledBefore = m_settled;
    if (event == Event::HandOver)
        m_durable = m_handedOver = true;
    if (endsStart(event) && !m_wasOut && (step.actions != JobActions{} || step.status != before))
        return "the end of a start that is not under way changes something";
    const std::optional<Reason> due = dueOutcome(event);
    const char *wrong = watchCallback(before, event, step);
    if (!wrong)
        wrong = watchWaiting(event, step);
    if (!wrong)
        wrong = watchEnd(event, step, due);
    if (!wrong)
        wrong = watchTurns(event, step);
    return wrong ? wrong : watchStatus(step.status);
}

}  // namespace holdline::test
