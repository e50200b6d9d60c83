// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <optional>
#include <tuple>

namespace holdline::test {

/// Checks the rules of JobMachine from outside. It sees only the events and the requested actions, like the
/// lane, client, upstream and callback ledger together. It uses none of the machine's code.
class JobObserver
{
public:
    explicit JobObserver(const JobStatus &initial)
        : m_passThrough(initial.passThrough),
          m_durable(initial.durable),
          m_handedOver(initial.handedOver),
          m_interrupted(initial.interrupted),
          m_maybeRan(initial.startUnknown),
          m_waiting(initial.state == JobState::Queued),
          m_everSent(initial.attempted),
          m_fateUnknown(initial.startUnknown)
    {
    }

    /// Returns the text of the rule that this step breaks, or nullptr.
    const char *watch(const JobStatus &before, JobEvent event, const JobStep &step);

    bool settled() const { return m_settled; }
    auto facts() const
    {
        return std::tuple(m_passThrough, m_durable, m_handedOver, m_interrupted, m_waiting, m_waitEnd,
                          m_turns, m_everSent, m_startOut, m_maybeRan, m_fateUnknown, m_goesOn, m_settled,
                          m_outcome, m_delivered, m_kept);
    }

private:
    bool has(const JobStep &step, JobAction action) const { return step.actions.testFlag(action); }
    const char *watchTurns(JobEvent event, const JobStep &step);
    const char *watchWaiting(JobEvent event, const JobStep &step);
    const char *watchCallback(const JobStatus &before, JobEvent event, const JobStep &step);
    const char *watchEnd(JobEvent event, const JobStep &step, std::optional<Reason> due);
    const char *watchStatus(const JobStatus &status) const;
    std::optional<Reason> dueOutcome(JobEvent event) const;
    CallbackOutcome dueCallback(JobEvent event) const;
    bool bringsResult(JobEvent event) const;
    bool saysProgress(JobEvent event) const;

    bool m_passThrough;
    bool m_durable;
    bool m_handedOver;
    bool m_interrupted;
    bool m_maybeRan;                          ///< an earlier start request may have run the job
    bool m_waiting = true;                    ///< the job is in its lane, or waits for a retry
    Reason m_waitEnd = Reason::QueueTimeout;  ///< the outcome if the deadline passes while the job waits
    int m_turns = 0;                          ///< turns that were granted and have not ended
    bool m_everSent = false;                  ///< a start request was sent, so the upstream knows the token
    bool m_startOut = false;                  ///< a start request was sent, and its result is not known yet
    bool m_fateUnknown = false;
    bool m_goesOn = false;  ///< a callback reported that the job runs
    bool m_settled = false;
    Reason m_outcome = Reason::InternalError;
    int m_delivered = 0;  ///< number of results given to the client
    int m_kept = 0;       ///< number of retained results

    // Values from before the observed step.
    bool m_wasWaiting = true;
    bool m_wasOut = false;
    bool m_settledBefore = false;
};

}  // namespace holdline::test
