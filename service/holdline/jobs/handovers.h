// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/livejobs.h"
#include "service/holdline/jobs/waiters.h"

#include <functional>

namespace holdline {

/// Answers clients whose durable job goes on without them: 202 or 504 at the client's deadline, 503 when the
/// service shuts down. A 202 is sent only when the job's record is durable.
///
/// Life: all arguments must outlive this object, and the handlers must stay callable. Thread: one, with an
/// event loop.
class HandOvers
{
public:
    struct Handler
    {
        /// Must end the job: its only client waits no longer, and no start request was sent.
        std::function<void(JobKey)> expire;
        /// Must apply JobEvent::HandOver to the job.
        std::function<void(Job &)> handOver;
        /// Called when clients of this job were answered.
        std::function<void(const Job &)> answered;
    };

    HandOvers(Jobs &jobs, Waiters &waiters, Journal &journal, Handler handler);

    /// Handles the passed deadline of a client of a durable job. May remove and destroy `waiter`.
    void timeUp(LiveJob &live, Waiter &waiter);
    /// Answers the clients that are due when a record of a handed-over job was written. `error` is the reason
    /// of a failed write, otherwise empty.
    void stored(LiveJob &live, const QString &error);
    /// Answers the clients of a live job, now or when its record is durable, because the next process goes on
    /// with the job. Returns false when the job ends with this process, because nothing is stored on disk.
    bool leaveToNextProcess(Job &job, LiveJob &live);

private:
    void answerDue(LiveJob &live, const QString &error);

    Jobs &m_jobs;
    Waiters &m_waiters;
    Journal &m_journal;
    Handler m_handler;
};

}  // namespace holdline
