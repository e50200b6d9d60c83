// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QFlags>

#include <cstdint>

namespace holdline {

/// The state of a job. Once Settled, the job has ended and its clients get their answers. The end of a start
/// request or a callback may still come; it is only counted, or its result is retained.
enum class JobState : std::uint8_t { Queued, Starting, Running, Settled };

/// The complete state of a job for step(). A value.
struct JobStatus
{
    JobState state = JobState::Queued;
    bool durable = false;        ///< has an Idempotency-Key or is handed over; goes on without its client
    bool handedOver = false;     ///< the client will ask for the result later, so the job even stays queued
    bool interrupted = false;    ///< the service ended during a start request, and no later one was accepted
    bool passThrough = false;    ///< the client sent `wait:false`; the upstream's callback goes to the client
    bool attempted = false;      ///< a turn was granted for a start request, so a callback is possible
    bool startInFlight = false;  ///< the job has a turn in its lane; its start request has not ended
    /// A start request was sent, and it is unknown whether the upstream started the job. Stays true when the
    /// start request is sent again, until one is accepted.
    bool startUnknown = false;
    bool progressSeen = false;  ///< a callback reported progress, which proves that the job was started
    bool resultSeen = false;    ///< the result has come, in a callback or in the answer to a start request
    Reason outcome = Reason::InternalError;  ///< meaningful once settled
    /// The outcome if the deadline passes while the job is queued. QueueTimeout before the first start
    /// request, later the failure of the last one. Not stored, because the answer to that start request is
    /// not stored either.
    Reason queuedEnd = Reason::QueueTimeout;

    friend bool operator==(const JobStatus &, const JobStatus &) = default;
};

/// Returns whether it is unknown if the job was started: a start request was sent or interrupted, and neither
/// its answer nor a result has come. Also true after the job has ended for this reason.
bool isStartInDoubt(const JobStatus &status);

/// Returns whether a job that has not ended runs, or may run or have run at the upstream. If so, its start
/// request must not be repeated.
bool mayHaveRun(const JobStatus &status);

/// Returns whether the upstream certainly did not run a settled job.
bool certainlyNeverRan(const JobStatus &status);

/// The events of a job. They may come in any order. "Start" means a start request to the upstream.
enum class JobEvent : std::uint8_t {
    TurnGranted,         ///< the lane grants a turn: the job may send a start request
    StartAccepted,       ///< the upstream accepted the start request
    StartCompleted,      ///< the answer to the start request is already the result
    StartJobFailed,      ///< the answer to the start request reports that the job failed
    StartRejected,       ///< the upstream refused the start request for good (4xx)
    StartUnreachable,    ///< no connection for the start request; no retry
    StartFailed,         ///< the upstream answered with an error, so the job was not started; no retry
    StartUnknown,        ///< the start request was sent without a readable answer; the job may run
    RetryRejected,       ///< the upstream refused the start request for now (408, 425, 429); a retry follows
    RetryUnreachable,    ///< no connection for the start request; a retry follows
    RetryFailed,         ///< the upstream could not start the job (502, 503, 504); a retry follows
    RetryUnknown,        ///< as StartUnknown, but a retry follows all the same
    CallbackCompleted,   ///< a callback reports success
    CallbackFailed,      ///< a callback reports a failure
    CallbackProgress,    ///< a callback has a state that is not known to be final
    CallbackMismatched,  ///< a callback has the token of this job, but another id
    StatusCompleted,     ///< Holdline asked the upstream, which reports success
    StatusJobFailed,     ///< Holdline asked the upstream, which reports a failure
    StatusProgress,      ///< Holdline asked the upstream, which reports that the job goes on
    Deadline,            ///< the deadline of the request, or of a durable job, has passed
    ClientGone,          ///< the last waiting client closed its connection
    Cancel,              ///< an operator or the jobs API cancels the job
    DrainExpired,        ///< the service shuts down and cannot wait longer
    StoreFailed,         ///< the record that must be stored before the start request could not be stored
    StoreRetry,          ///< as StoreFailed, but the job waits for another turn
    HandOver,            ///< the client will ask for the result later
};
inline constexpr int kJobEventCount = static_cast<int>(JobEvent::HandOver) + 1;

/// The actions that an event requires. JobCoordinator::perform() carries out these actions.
enum class JobAction : std::uint8_t {
    SendStart = 1 << 0,   ///< send the start request
    AwaitRetry = 1 << 1,  ///< put the job back into its lane after the retry delay
    LeaveLane = 1 << 2,   ///< remove the job from its lane, or stop its retry delay
    EndTurn = 1 << 3,     ///< the start request has ended, so the lane may grant the next turn
    Settle = 1 << 4,      ///< answer the waiting clients according to status.outcome; at most once per job
    KeepResult = 1 << 5,  ///< retain a result that came after the job's end
};
Q_DECLARE_FLAGS(JobActions, JobAction)
Q_DECLARE_OPERATORS_FOR_FLAGS(JobActions)

/// The outcome of a callback: what the callback ledger records. Its name is also sent in the answer to the
/// callback.
enum class CallbackOutcome : std::uint8_t {
    None,          ///< the event was not a callback
    Matched,       ///< the result of a running job
    Early,         ///< a result before the answer to the start request
    Progress,      ///< the job goes on
    Duplicate,     ///< the job has a result already
    Late,          ///< a result after the job ended without one
    Unknown,       ///< no job has this token, or no start request with the token was sent
    Mismatched,    ///< the id in the callback is not the id of the job
    Malformed,     ///< the callback cannot be parsed
    Unauthorised,  ///< the callback does not prove that it comes from the upstream
};
inline constexpr int kCallbackOutcomeCount = static_cast<int>(CallbackOutcome::Unauthorised) + 1;

/// "matched", "early", … Empty for None.
QLatin1StringView name(CallbackOutcome outcome);

/// Returns the outcome of a job whose last start request ended with this event, when no further one is sent.
Reason failureOf(JobEvent startEnd);

/// Returns whether the event is the end of a start request that is followed by a retry.
constexpr bool isRetry(JobEvent event)
{
    return event >= JobEvent::RetryRejected && event <= JobEvent::RetryUnknown;
}

/// The result of step().
struct JobStep
{
    JobStatus status;    ///< the new status of the job
    JobActions actions;  ///< what the caller must do
    CallbackOutcome callback = CallbackOutcome::None;
};

/// The state machine of a job: *(status, event) → (status, actions)*. Pure and total: any event may come in
/// any state, any number of times. A test checks the following rules for every sequence of events up to a
/// certain length.
///
/// A job is settled at most once. Deadline settles any job, DrainExpired any job that is not durable. No
/// start request is sent after that. Each granted turn ends exactly once. A result is delivered or retained
/// exactly once.
///
/// A callback with progress proves that the job was started. No start request is sent after it. The end of a
/// start request in flight then does not end the job, unless its answer is the result.
///
/// A job that waits for a retry at its deadline ends with the failure of its last start request.
///
/// A durable job goes on without its client. DrainExpired does not settle it. ClientGone settles it only
/// before the first start request, and only if it is not handed over. A late result replaces an outcome with
/// EndTrait::MissesResult.
JobStep step(JobStatus status, JobEvent event);

}  // namespace holdline
