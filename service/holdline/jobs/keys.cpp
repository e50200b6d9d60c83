// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/keys.h"

#include "core/httpvalues/fingerprint.h"
#include "core/httpvalues/idempotencykey.h"
#include "core/job/admission.h"
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/jobs/refusals.h"

namespace holdline {

Keys::Keys(const Config &config, LiveJobs &jobs, JobStore &store, Handler handler)
    : m_config(config), m_jobs(jobs), m_store(store), m_handler(std::move(handler))
{
}

LiveJob *Keys::find(const QByteArray &account, const QByteArray &key)
{
    const auto found = m_keys.find({account, key});
    return found == m_keys.end() ? nullptr : m_jobs.find(found->second);
}

void Keys::bind(const QByteArray &account, const LiveJob &job)
{
    if (!job.durable->key.isNull())
        m_keys.emplace(AccountKey(account, job.durable->key), job.key);
}

void Keys::release(const QByteArray &account, const LiveJob &job)
{
    if (!job.durable->key.isNull())
        m_keys.erase({account, job.durable->key});
}

void Keys::take(const http::Request &http, const QByteArray &field, PendingRequest request)
{
    auto key = parseIdempotencyKey(field);
    if (const auto *error = std::get_if<QString>(&key)) {
        m_handler.refuse(request, {Reason::IdempotencyKeyInvalid, *error, {}, {}});
        return;
    }
    request.key = std::get<QByteArray>(std::move(key));
    // Only routes with a profile send the client's query to the upstream, so only their keys compare the
    // query.
    const bool isParsed = request.start.isParsed();
    request.fingerprint =
        fingerprint(http.method, isParsed ? http.path() : QByteArrayView(http.target), http.body, isParsed);

    if (LiveJob *job = find(request.start.account, request.key)) {
        join(*job, std::move(request));
        return;
    }
    if (!m_store.isAvailable()) {
        m_handler.refuse(request, storeUnavailable(m_store.errorString()));
        return;
    }
    if (m_handler.heldRequests() >= m_config.hold.held) {
        m_handler.refuse(request, tooManyHeld());
        return;
    }
    const AccountKey name(request.start.account, request.key);
    const auto [waiting, isFirst] = m_waiting.try_emplace(name);
    waiting->second.push_back(std::move(request));
    ++m_waitingCount;
    if (isFirst)
        m_store.findByKey(name.first, name.second,
                          [this, name](const std::optional<JobRecord> &found) { onLookedUp(name, found); });
}

void Keys::onLookedUp(const AccountKey &name, const std::optional<JobRecord> &found)
{
    std::vector<PendingRequest> all = std::move(m_waiting.extract(name).mapped());
    m_waitingCount -= static_cast<int>(all.size());
    const bool isKnown = found && !found->expired;
    if (isKnown && !found->isSettled())
        m_handler.recover(*found);
    for (PendingRequest &request : all) {
        if (!request.exchange->isOpen())
            m_handler.ended({Reason::ClientGone,
                             499,
                             {},
                             request.start.account,
                             request.requestId,
                             request.client,
                             Clock::now() - request.since,
                             false,
                             request.start.route});
        else if (isKnown && found->answer)
            replay(request, *found);
        else
            joinOrMake(std::move(request));
    }
    m_handler.lookedUp();
}

void Keys::joinOrMake(PendingRequest request)
{
    if (LiveJob *job = find(request.start.account, request.key))
        join(*job, std::move(request));
    else
        m_handler.make(std::move(request));
}

void Keys::join(LiveJob &job, PendingRequest request)
{
    const DurableJob &durable = *job.durable;
    const auto refuse = [&](const Problem &problem) {
        m_handler.refuse(request, aboutJob(problem, m_handler.statusOf(job)));
    };
    if (durable.fingerprint != request.fingerprint)
        refuse(keyReused(durable.id));
    else if (durable.ending && durable.ending->unstored)
        replay(request, durable.ending->record);
    else if (m_config.hold.keyInFlight == KeyInFlight::Reject)
        refuse(keyInFlight(durable.id));
    else if (m_handler.heldRequests() >= m_config.hold.held)
        m_handler.refuse(request, tooManyHeld());
    else if (m_handler.isDraining())
        refuse(drainingProblem(m_config.hold.drainTimeout, durable.id));
    else
        m_handler.join(job, std::move(request));
}

void Keys::replay(PendingRequest &request, const JobRecord &record)
{
    if (record.fingerprint != request.fingerprint) {
        m_handler.refuse(request, aboutJob(keyReused(record.id), record.status));
        return;
    }
    http::Response response = resultAnswer(record);
    response.headers.append(QByteArrayLiteral("Idempotent-Replayed"), QByteArrayLiteral("true"));
    request.exchange->answer(response);
    m_handler.ended({Reason::Replayed, response.status, record.id, record.account, request.requestId,
                     request.client, Clock::now() - request.since, true, record.route});
}

}  // namespace holdline
