// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/handovers.h"

#include "service/holdline/jobs/interimresponses.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"

namespace holdline {

HandOvers::HandOvers(Jobs &jobs, Waiters &waiters, Journal &journal, Handler handler)
    : m_jobs(jobs), m_waiters(waiters), m_journal(journal), m_handler(std::move(handler))
{
}

void HandOvers::timeUp(LiveJob &live, Waiter &waiter)
{
    const Job *job = m_jobs.find(live.key);
    if (!job || live.durable->ending)
        return;  // the end is being written, and all waiters are answered after that
    const JobStatus &status = job->status;
    if (waiter.wantsHandOver()) {
        waiter.isDue = true;
        if (live.durable->handOverStored)
            answerDue(live, {});
        return;
    }
    if (live.waiters.size() == 1 && !status.handedOver && !status.attempted) {
        m_handler.expire(live.key);
        return;
    }
    // The client gets the job's address. So the record must say that the job must be found there, even if the
    // job never ran.
    if (!std::exchange(live.durable->addressTold, true))
        m_journal.write(*job, live);
    Waiter late = *m_waiters.take(live, waiter.number);
    const Reason reason = awaitedReason(status);
    m_waiters.answer(late, goesOnResponse(*job, reason), reason, job->account);
    m_handler.answered(*job);
}

void HandOvers::stored(LiveJob &live, const QString &error)
{
    bool &isStored = live.durable->handOverStored;
    isStored = isStored || error.isEmpty();
    answerDue(live, isStored ? QString() : error);
}

void HandOvers::answerDue(LiveJob &live, const QString &error)
{
    const Job *job = m_jobs.find(live.key);
    if (!job)
        return;
    for (Waiter &waiter : m_waiters.takeDue(live)) {
        if (!error.isEmpty())
            m_waiters.answer(waiter,
                             http::problemResponse(aboutJob(storeUnavailable(error, job->id), job->status)),
                             Reason::StoreUnavailable, job->account);
        else if (waiter.wantsHandOver())
            m_waiters.answer(
                waiter, handedOverResponse(recordOf(*job, *live.durable), waiter.preference, waiter.links),
                Reason::HandedOver, job->account);
        else
            m_waiters.answer(waiter, goesOnResponse(*job, Reason::Draining), Reason::Draining, job->account);
    }
    m_handler.answered(*job);
}

bool HandOvers::leaveToNextProcess(Job &job, LiveJob &live)
{
    if (!m_journal.isDurable()) {
        const Problem problem = aboutJob(endsWithProcess(job.id, mayHaveRun(job.status)), job.status);
        for (Waiter &waiter : m_waiters.takeAll(live))
            m_waiters.answer(waiter, http::problemResponse(problem), problem.reason, job.account);
        return false;
    }
    if (live.waiters.empty())
        return true;
    for (Waiter &waiter : live.waiters)
        waiter.isDue = true;
    if (job.status.handedOver && live.durable->handOverStored) {
        answerDue(live, {});
        return true;
    }
    // Clients get the job's address, so they must find the job there after the restart, even if it was never
    // started.
    m_handler.handOver(job);
    m_journal.touch(job, live);
    m_journal.write(job, live);
    return true;
}

}  // namespace holdline
