// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QFlags>

#include <cstdint>

namespace holdline {

/// Where a job stands. Settled is final for the held request; a start or a callback may still be under way
/// and is then only counted (or its result kept).
enum class JobState : std::uint8_t { Queued, Starting, Running, Settled };

/// All that JobMachine knows of a job. A value: copied, compared, never shared.
struct JobStatus
{
    JobState state = JobState::Queued;
    bool durable = false;        ///< has a key or was handed over: goes on without its client
    bool handedOver = false;     ///< its client comes back for the result: not even its queue place is lost
    bool interrupted = false;    ///< the service ended while a start was under way, none was accepted since
    bool passThrough = false;    ///< the client asked for `wait:false`: no callback of ours is involved
    bool attempted = false;      ///< a start has left at least once, so that a callback is possible
    bool startInFlight = false;  ///< the job holds its lane's turn
    bool startUnknown = false;   ///< the last start was sent and its fate is unknown
    bool resultSeen = false;     ///< a callback with the job's result was taken
    Reason outcome = Reason::InternalError;  ///< meaningful once settled

    friend bool operator==(const JobStatus &, const JobStatus &) = default;
};

/// What can happen to a job, whatever the order.
enum class JobEvent : std::uint8_t {
    TurnGranted,         ///< its lane lets it start
    StartAccepted,       ///< the upstream answered: it runs
    StartRejected,       ///< the upstream said no for good (4xx)
    StartRetry,          ///< it certainly did not start and is to be tried again
    StartUnreachable,    ///< it certainly did not start: no answer, no more tries
    StartFailed,         ///< it certainly did not start: the upstream failed, no more tries
    StartUnknown,        ///< sent, no readable answer: it may run
    CallbackCompleted,   ///< a callback for this job says completed
    CallbackFailed,      ///< a callback for this job says it failed
    CallbackMismatched,  ///< a callback with this job's token and another job's id
    Deadline,            ///< the held request's time is up; of a durable job: its own
    ClientGone,          ///< the client left; of a durable job: the last one that waited for it
    Cancel,              ///< an operator or the API wants it gone
    DrainExpired,        ///< the service shuts down and cannot wait longer
    StoreFailed,         ///< what had to be durable before its start leaves could not be stored
    HandOver,            ///< its client will come back for the result
};
inline constexpr int kJobEventCount = static_cast<int>(JobEvent::HandOver) + 1;

/// What has to be done about an event. JobCoordinator::perform() carries all of it out.
enum class JobAction : std::uint8_t {
    SendStart = 1 << 0,   ///< send the start request
    AwaitRetry = 1 << 1,  ///< put it back into its lane after the retry's delay
    LeaveLane = 1 << 2,   ///< take it out of its lane, or out of the wait for a retry
    EndTurn = 1 << 3,     ///< its start is over: the lane may let the next one go
    Settle = 1 << 4,      ///< answer the held request with status.outcome: once in a job's life
    KeepResult = 1 << 5,  ///< nobody waits any more: keep the callback's body
};
Q_DECLARE_FLAGS(JobActions, JobAction)
Q_DECLARE_OPERATORS_FOR_FLAGS(JobActions)

/// How a callback is entered in the ledger; the same words are its answer.
enum class CallbackOutcome : std::uint8_t {
    None,  ///< not a callback event
    Matched,
    Early,  ///< before the start's answer
    Duplicate,
    Late,     ///< after the held request had ended without a result
    Unknown,  ///< no such token, or one that never left the house
    Mismatched,
    Malformed,
};
inline constexpr int kCallbackOutcomeCount = static_cast<int>(CallbackOutcome::Malformed) + 1;

/// "matched", "early", … ; empty for None.
QLatin1StringView name(CallbackOutcome word);

struct JobStep
{
    JobStatus status;
    JobActions actions;
    CallbackOutcome callback = CallbackOutcome::None;
};

/// The heart: *(status, event) → (status, actions)*. Pure and total: any event may come in any state, as
/// often as the world likes. Promises, checked by a test over every sequence of events up to a useful length:
/// a job is settled at most once, and always by Deadline or DrainExpired at the latest; no start is sent
/// after that; each granted turn is ended exactly once; a result is delivered or kept exactly once.
///
/// A durable job is nobody's request: it is not settled by DrainExpired, by ClientGone only while no start
/// has left and nobody was promised to find it, and a late result takes the place of its failure.
JobStep step(JobStatus status, JobEvent event);

}  // namespace holdline
