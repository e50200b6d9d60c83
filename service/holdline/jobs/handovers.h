// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/waiters.h"

#include <functional>

namespace holdline {

/// Answers clients whose durable job goes on without them: 202 or 504 at their deadline, 503 when the
/// service ends. No client gets an address that is not durable.
///
/// Life: all arguments must outlive it, and the handlers must stay callable. Thread: one, with an event
/// loop.
class HandOvers
{
public:
    struct Handler
    {
        /// The only client waits no longer, and no start has left. The job must end.
        std::function<void(JobKey)> expire;
        /// The job is handed over now.
        std::function<void(Job &)> handOver;
        /// Some clients of this job were answered.
        std::function<void(const Job &)> answered;
    };

    HandOvers(Jobs &jobs, Waiters &waiters, Journal &journal, Handler handler);

    /// The deadline of this client has passed.
    void timeUp(LiveJob &live, Waiter &waiter);
    /// A record of a handed-over job was written. `error` is the reason when that failed.
    void stored(LiveJob &live, const QString &error);
    /// Leaves a live job to the next process. False when the job ends with this process.
    bool leaveToNextProcess(Job &job, LiveJob &live);

private:
    void answerDue(LiveJob &live, const QString &error);

    Jobs &m_jobs;
    Waiters &m_waiters;
    Journal &m_journal;
    Handler m_handler;
};

}  // namespace holdline
