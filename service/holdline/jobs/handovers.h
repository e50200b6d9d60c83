// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/waiters.h"

#include <functional>

namespace holdline {

/// Answers clients whose durable job goes on without them: 202 or 504 when their time is up, 503 when the
/// service ends. No client is given an address that is not durable.
///
/// Life: all that it is given must outlive it, and the handlers must be callable as long as it lives. Thread:
/// one, with an event loop.
class HandOvers
{
public:
    struct Handler
    {
        /// The job's only client waits no longer, and no start has left: the job ends.
        std::function<void(JobKey)> expire;
        /// The job is handed over from now on.
        std::function<void(Job &)> handOver;
        /// Clients of this job were answered.
        std::function<void(const Job &)> answered;
    };

    HandOvers(Jobs &jobs, Waiters &waiters, Journal &journal, Handler handler);

    /// This client's time is up.
    void timeUp(LiveJob &live, Waiter &waiter);
    /// A record of a handed-over job is durable, or `error` says why not.
    void stored(LiveJob &live, const QString &error);
    /// Leaves a job that goes on to the next process. False when it ends with this one.
    bool leaveToNextProcess(Job &job, LiveJob &live);

private:
    void answerDue(LiveJob &live, const QString &error);

    Jobs &m_jobs;
    Waiters &m_waiters;
    Journal &m_journal;
    Handler m_handler;
};

}  // namespace holdline
