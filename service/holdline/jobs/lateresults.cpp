// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/lateresults.h"

#include "service/holdline/jobs/recovery.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"

namespace holdline {

LateResults::LateResults(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                         StatusQueries &queries, CallbackReceiver &receiver, Fetched fetched)
    : m_jobs(jobs),
      m_routes(routes),
      m_store(store),
      m_seen(seen),
      m_queries(queries),
      m_receiver(receiver),
      m_fetched(std::move(fetched))
{
}

bool LateResults::concerns(const Job &job, JobEvent event, const ReceivedCallback &callback) const
{
    const JobStatus &status = job.status;
    if (event != JobEvent::CallbackProgress || !callback.message.mustAsk || !job.isSettled() ||
        !status.durable)
        return false;
    const bool isMissing = !status.resultSeen && reasonInfo(status.outcome).has(EndTrait::MissesResult);
    return isMissing || m_receiver.isUnstored(job.id);
}

void LateResults::take(const Job &job, ReceivedCallback &callback)
{
    // The sender may have to send this callback again. Then it must not be taken for a replay.
    m_seen.forget(callback.route->name(), callback.replayKey);
    if (m_fetches.size() >= kMaxFetches || m_fetches.contains(job.id)) {
        callback.response = http::problemResponse(notFetched(job.id));
        return;
    }
    if (!m_store.isAvailable()) {
        callback.response = http::problemResponse(notStored(m_store.errorString(), job.id));
        return;
    }
    m_receiver.enter(CallbackOutcome::Late, job, callback);
    Fetch &fetch = m_fetches[job.id];
    fetch.job = job;
    if (fetch.job.upstreamId.isEmpty())
        fetch.job.upstreamId = callback.message.id;
    fetch.token = callback.token.toByteArray();
    fetch.request = callback.request;
    fetch.exchange = std::move(callback.exchange);
    fetch.response = callback.response;
    if (callback.record) {
        ask(QByteArray(job.id), *callback.record);
        return;
    }
    m_store.find(job.id, [this, id = job.id](const std::optional<JobRecord> &found) {
        if (found)
            ask(id, *found);
        else if (m_store.isAvailable())
            end(id, http::Response(m_fetches.at(id).response));
        else
            end(id, http::problemResponse(notStored(m_store.errorString(), id)));
    });
}

void LateResults::ask(const QByteArray &id, const JobRecord &record)
{
    const Fetch &fetch = m_fetches.at(id);
    // A status request is made from the client's request. Without it, the result can never be fetched. So the
    // callback is answered like an accepted one, and the sender does not repeat it in vain.
    if (!record.request) {
        end(id, http::Response(fetch.response));
        return;
    }
    const Job &job = fetch.job;
    if (!m_queries.askLate(job, {job.id, job.upstreamId, record.upstreamLocation},
                           startOf(record, m_routes.byName(job.route)),
                           [this, id](const StartResult &result) { answered(id, result); }))
        end(id, http::problemResponse(notFetched(id)));
}

void LateResults::answered(const QByteArray &id, const StartResult &result)
{
    if (result.fate != StartFate::Accepted || result.report == JobReport::Progress) {
        end(id, http::problemResponse(notFetched(id)));
        return;
    }
    Fetch fetch = std::move(m_fetches.extract(id).mapped());
    // The job may have been removed from memory meanwhile. Then it is only in the store.
    Job *known = m_jobs.find(fetch.job.key);
    Job &job = known && known->id == id ? *known : fetch.job;
    if (job.upstreamId.isEmpty())
        job.upstreamId = fetch.job.upstreamId;
    ReceivedCallback callback{fetch.token, fetch.request, std::move(fetch.exchange)};
    callback.response = std::move(fetch.response);
    m_fetched(job, result, callback);
}

void LateResults::end(const QByteArray &id, const http::Response &response)
{
    const auto fetch = m_fetches.extract(id);
    fetch.mapped().exchange->answer(response);
}

}  // namespace holdline
