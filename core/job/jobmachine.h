// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QFlags>

#include <cstdint>

namespace holdline {

/// The state of a job. Settled is final for its requests. A start or a callback may still come, and is
/// then only counted, or its result is retained.
enum class JobState : std::uint8_t { Queued, Starting, Running, Settled };

/// Everything that JobMachine knows of a job. A value.
struct JobStatus
{
    JobState state = JobState::Queued;
    bool durable = false;        ///< has a key or is handed over; goes on without its client
    bool handedOver = false;     ///< its client comes back for the result, so it even stays queued
    bool interrupted = false;    ///< the service ended during its start, and no start was accepted since
    bool passThrough = false;    ///< the client sent `wait:false`; the callback goes to the client
    bool attempted = false;      ///< a start has left, so that a callback is possible
    bool startInFlight = false;  ///< the job has the turn of its lane
    /// A start was sent and its fate is unknown. Stays true when it is sent again, until one is accepted.
    bool startUnknown = false;
    bool progressSeen = false;  ///< a callback said that the job goes on, so it was started
    bool resultSeen = false;    ///< the result has come, by a callback or with the start's answer
    Reason outcome = Reason::InternalError;  ///< meaningful once settled
    /// The end of the job when its deadline passes while it is queued. QueueTimeout before the first start,
    /// later the failure of the last one. The store does not keep it, because it does not keep the answer
    /// to that start either.
    Reason queuedEnd = Reason::QueueTimeout;

    friend bool operator==(const JobStatus &, const JobStatus &) = default;
};

/// True while nobody knows whether the job was started, also after an end for that reason: a start was sent
/// or interrupted, and neither its answer nor a result has come.
bool isStartInDoubt(const JobStatus &status);

/// True when a job that has not ended runs, or may run or have run. Such a request must not be repeated.
bool mayHaveRun(const JobStatus &status);

/// True when no start of a settled job can have reached the upstream's work.
bool certainlyNeverRan(const JobStatus &status);

/// The events of a job. They may come in any order.
enum class JobEvent : std::uint8_t {
    TurnGranted,         ///< the lane lets the job start
    StartAccepted,       ///< the upstream accepted the start
    StartCompleted,      ///< the upstream's answer to the start is the result already
    StartJobFailed,      ///< the upstream's answer to the start reports that the job failed
    StartRejected,       ///< the upstream refused the start for good (4xx)
    StartUnreachable,    ///< the start certainly failed: no connection, no more tries
    StartFailed,         ///< the start certainly failed: upstream error, no more tries
    StartUnknown,        ///< the start was sent without a readable answer; the job may run
    RetryRejected,       ///< the upstream refused the start for now (408, 425, 429); it is tried again
    RetryUnreachable,    ///< no connection for the start; it is tried again
    RetryFailed,         ///< the upstream could not start the job (502, 503, 504); it is tried again
    RetryUnknown,        ///< the fate of the start is unknown; it is tried again all the same
    CallbackCompleted,   ///< a callback reports success
    CallbackFailed,      ///< a callback reports a failure
    CallbackProgress,    ///< a callback whose state is not known to be final
    CallbackMismatched,  ///< a callback with the token of this job and another id
    StatusCompleted,     ///< the upstream, when asked, reports success
    StatusJobFailed,     ///< the upstream, when asked, reports a failure
    StatusProgress,      ///< the upstream, when asked, says that the job goes on
    Deadline,            ///< the deadline of the request, or of a durable job itself
    ClientGone,          ///< the last client left
    Cancel,              ///< an operator or the API cancels the job
    DrainExpired,        ///< the service shuts down and cannot wait longer
    StoreFailed,         ///< the record that its start needs could not be stored
    StoreRetry,          ///< the same, and the start is granted again later
    HandOver,            ///< a client will come back for the result
};
inline constexpr int kJobEventCount = static_cast<int>(JobEvent::HandOver) + 1;

/// The actions that an event requires. JobCoordinator::perform() carries out all of them.
enum class JobAction : std::uint8_t {
    SendStart = 1 << 0,   ///< send the start request
    AwaitRetry = 1 << 1,  ///< put the job back into its lane after the retry delay
    LeaveLane = 1 << 2,   ///< remove the job from its lane, or from the wait for a retry
    EndTurn = 1 << 3,     ///< the start is over; the lane may grant the next turn
    Settle = 1 << 4,      ///< answer the requests with status.outcome; happens once
    KeepResult = 1 << 5,  ///< retain a result that came after the end
};
Q_DECLARE_FLAGS(JobActions, JobAction)
Q_DECLARE_OPERATORS_FOR_FLAGS(JobActions)

/// How a callback is entered in the ledger. Its name is also its answer.
enum class CallbackOutcome : std::uint8_t {
    None,  ///< not a callback event
    Matched,
    Early,     ///< before the answer to the start
    Progress,  ///< the job goes on
    Duplicate,
    Late,     ///< after the job ended without a result
    Unknown,  ///< no such token, or no start with it has left
    Mismatched,
    Malformed,
    Unauthorised,  ///< not proved to come from the upstream
};
inline constexpr int kCallbackOutcomeCount = static_cast<int>(CallbackOutcome::Unauthorised) + 1;

/// "matched", "early", … Empty for None.
QLatin1StringView name(CallbackOutcome outcome);

/// The end of the job after a start that failed so, when no further start leaves.
Reason failureOf(JobEvent startEnd);

/// True for the end of a start after which the job is tried again.
constexpr bool isRetry(JobEvent event)
{
    return event >= JobEvent::RetryRejected && event <= JobEvent::RetryUnknown;
}

struct JobStep
{
    JobStatus status;
    JobActions actions;
    CallbackOutcome callback = CallbackOutcome::None;
};

/// The state machine of a job: *(status, event) → (status, actions)*. Pure and total: any event may come
/// in any state, any number of times. A test walks every sequence of events up to a useful length and
/// checks these rules. A job is settled at most once, and by Deadline or DrainExpired at the latest. No
/// start is sent after that. Each granted turn ends exactly once. A result is delivered or retained
/// exactly once.
///
/// A report of progress proves that the job was started. No start is sent after it, and no answer to a start
/// that is under way ends the job, except one with the result.
///
/// A job that waits for a retry at its deadline ends with the failure of its last start.
///
/// A durable job goes on without its client. DrainExpired does not settle it. ClientGone settles it only
/// while no start has left and no client has its address. A late result replaces its failure.
JobStep step(JobStatus status, JobEvent event);

}  // namespace holdline
