// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/journal.h"

#include "core/base/crashpoint.h"
#include "core/telemetry/logging.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/jobs/refusals.h"
#include "service/holdline/jobs/startscheduler.h"
#include "service/http/problemresponse.h"

#include <utility>

namespace holdline {

using std::chrono::milliseconds;

namespace {

/// The maximum number of non-urgent writes in one tidy(). The store's queue is limited, and urgent writes
/// need room in it.
constexpr int kWritesAtOnce = 5000;

}  // namespace

Journal::Journal(const Config &config, const RouteTable &routes, const Jobs &jobs, LiveJobs &live,
                 JobStore &store, JobWatches &watches, Handler handler)
    : m_config(config),
      m_routes(routes),
      m_jobs(jobs),
      m_live(live),
      m_store(store),
      m_watches(watches),
      m_handler(std::move(handler))
{
}

void Journal::touch(const Job &job, LiveJob &live)
{
    ++live.durable->revision;
    if (m_watches.isWatched(job.key))
        m_watches.changed(job.key, recordOf(job, *live.durable));
}

/// Returns whether the stored record needs the client's request: the next process or an operator may repeat
/// the start request, or the next process may send requests about the job.
bool Journal::needsRequest(const Job &job) const
{
    const Route *route = m_routes.byName(job.route);
    return (route && route->needsRequestLater()) || job.status.state == JobState::Queued ||
           job.status.handedOver || repeatsUnknownStarts(m_config, job);
}

void Journal::put(const Job &job, LiveJob &live, JobStore::Done done)
{
    DurableJob &durable = *live.durable;
    JobRecord record = recordOf(job, durable);
    durable.posted = true;
    if (durable.request && !durable.requestPosted && needsRequest(job)) {
        durable.requestPosted = true;
        record.request = durable.request;
    }
    const bool handsOver = job.status.handedOver;
    m_store.put(record, [this, key = job.key, handsOver, done = std::move(done)](const QString &error) {
        LiveJob *stored = handsOver || !error.isEmpty() ? m_live.find(key) : nullptr;
        if (stored && !error.isEmpty()) {
            // The failed write may have contained the request, so the next write contains it again.
            stored->durable->requestPosted = false;
            if (!done)
                postpone(*stored);
        }
        if (stored && handsOver && !stored->durable->ending)
            m_handler.handOverStored(*stored, error);
        if (done)
            done(error);
    });
}

void Journal::writeQueued(const Job &job, LiveJob &live)
{
    put(job, live, [this, key = job.key](const QString &error) {
        if (!error.isEmpty())
            m_handler.queuedNotStored(key);
    });
}

bool Journal::writeIntent(const Job &job, LiveJob &live)
{
    if (!live.durable)
        return false;
    touch(job, live);
    // When this record is stored, it says that the start request may have been sent.
    put(job, live, [this, key = job.key](const QString &error) { m_handler.intentStored(key, error); });
    return true;
}

void Journal::writeStartAnswered(const Job &job, LiveJob &live, JobStore::Done done)
{
    if (!live.durable)
        return;
    const bool isRunning = job.status.state == JobState::Running;
    if (isRunning)
        live.durable->request.reset();
    if (isRunning && !done) {
        writeSoon(job, live);
    } else {
        touch(job, live);
        put(job, live, std::move(done));
    }
}

void Journal::writeSoon(const Job &job, LiveJob &live)
{
    touch(job, live);
    postpone(live);
}

void Journal::postpone(LiveJob &live)
{
    if (!std::exchange(live.durable->isToWrite, true))
        m_toWrite.push_back(live.key);
}

bool Journal::writeEnd(const Job &job, LiveJob &live, http::Response &response)
{
    if (!live.durable)
        return false;
    DurableJob &durable = *live.durable;
    // A job that never ran leaves no record, unless a client has its address.
    const bool leavesRecord = job.status.handedOver || durable.addressTold || !neverRan(job, durable);
    // A passed-through answer may already have a Location from the upstream.
    if (leavesRecord && !response.headers.contains("Location"))
        response.headers.append(QByteArrayLiteral("Location"), jobPath(job.id));
    ++durable.revision;
    durable.ending = std::make_unique<Ending>();
    durable.ending->response = response;
    JobRecord &record = durable.ending->record = recordOf(job, durable);
    if (const Route *route = m_routes.byName(job.route); route && route->asksAfterCallback()) {
        record.fetchable = true;
        if (!durable.requestPosted)
            record.request = durable.request;
    }
    record.answer = recordedAnswer(job, live.upstream, response);
    durable.ending->leavesRecord = leavesRecord;
    if (!leavesRecord && !durable.posted)
        return false;
    putEnd(live);
    return true;
}

void Journal::replaceEnd(const Job &job, LiveJob &live, const JobResult &result)
{
    takeLateResult(live.durable->ending->record, job.status, result);
    putEnd(live);
}

void Journal::holdBack(LiveJob &live, PendingCallback callback)
{
    Ending &ending = *live.durable->ending;
    ending.callbacks.push_back(std::move(callback));
    if (ending.unstored && ending.writes == 0)
        putEnd(live);
}

void Journal::putEnd(LiveJob &live)
{
    Ending &ending = *live.durable->ending;
    ++m_endsInFlight;
    ++ending.writes;
    auto done = [this, key = live.key](const QString &error) { onEndStored(key, error); };
    if (ending.leavesRecord)
        m_store.put(ending.record, std::move(done));
    else
        m_store.remove(ending.record.id, std::move(done));
}

void Journal::onEndStored(JobKey key, const QString &error)
{
    --m_endsInFlight;
    LiveJob *live = m_live.find(key);
    if (!live || --live->durable->ending->writes > 0)
        return;  // a later write calls the handler
    DurableJob &durable = *live->durable;
    if (error.isEmpty()) {
        crashPoint("result_stored");
    } else {
        // The clients get the answer although it is not durable. The sender of the callback gets 503 and must
        // send the result again. Only the first job is logged: a line for each job would fill the log while
        // the store fails.
        if (!std::exchange(durable.ending->unstored, true) && ++m_unstored == 1)
            qCWarning(lcService).noquote() << "the end of job" << durable.id << "cannot be stored:" << error
                                           << "(it and later ones are tried again every second)";
        for (PendingCallback &callback : durable.ending->callbacks)
            callback.response = http::problemResponse(notStored(error, durable.id));
    }
    m_handler.endStored(*live, error.isEmpty());
}

void Journal::answerCallbacks(LiveJob &live)
{
    if (!live.durable)
        return;
    for (PendingCallback &callback : std::exchange(live.durable->ending->callbacks, {})) {
        callback.exchange->answer(callback.response);
        crashPoint("callback_answered");
    }
}

void Journal::forget(const LiveJob &live)
{
    if (live.durable && live.durable->ending->unstored && --m_unstored == 0)
        qCInfo(lcService) << "all ends of jobs are stored";
}

void Journal::tidy()
{
    if (!m_store.isAvailable())
        return;
    // Most of these writes say that a start request was accepted. No client waits for such a write, and after
    // a crash the callback is awaited with or without it. So the write is dropped when the job has ended by
    // now.
    auto next = m_toWrite.begin();
    for (int writes = 0; next != m_toWrite.end() && writes < kWritesAtOnce; ++next) {
        const Job *job = m_jobs.find(*next);
        LiveJob *live = m_live.find(*next);
        if (live)
            live->durable->isToWrite = false;
        if (!job || !live || live->durable->ending)
            continue;
        put(*job, *live);
        ++writes;
    }
    m_toWrite.erase(m_toWrite.begin(), next);
    if (m_unstored == 0)
        return;
    for (const JobKey key : m_live.durableKeys()) {
        LiveJob &live = *m_live.find(key);
        const Ending *ending = live.durable->ending.get();
        if (ending && ending->unstored && ending->writes == 0)
            putEnd(live);
    }
}

void Journal::writeAll()
{
    m_toWrite = m_live.durableKeys();
    for (const JobKey key : m_toWrite) {
        DurableJob &durable = *m_live.find(key)->durable;
        durable.requestPosted = false;
        durable.isToWrite = true;
    }
}

void takeLateResult(JobRecord &record, const JobStatus &status, const JobResult &result)
{
    record.status = status;
    const WallTime now = wallNow();
    record.journal.add({now, JournalEvent::Callback, 0, "late"});
    ++record.revision;
    if (!reasonInfo(status.outcome).has(EndTrait::IsResult))
        return;
    if (!result.upstreamId.isEmpty())
        record.upstreamId = result.upstreamId;
    record.callback = now;
    record.answer = RecordedAnswer{result.status, result.contentType, result.body, {}};
}

}  // namespace holdline
