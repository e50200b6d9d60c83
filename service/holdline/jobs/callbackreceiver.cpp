// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/callbackreceiver.h"

#include "core/base/appendall.h"
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/contentcoding.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;

JobResult ReceivedCallback::result() const
{
    return route->resultOf(message, view({}));
}

CallbackView ReceivedCallback::view(QByteArrayView url) const
{
    return {request, token, suffix, url};
}

JobEvent eventOf(const JobMessage &message, const QByteArray &upstreamId)
{
    // Some APIs name no id. The token has found the job.
    if (!upstreamId.isEmpty() && !message.id.isEmpty() && upstreamId != message.id)
        return JobEvent::CallbackMismatched;
    switch (message.report) {
        case JobReport::Completed:
            return JobEvent::CallbackCompleted;
        case JobReport::Failed:
            return JobEvent::CallbackFailed;
        case JobReport::Progress:
            break;
    }
    return JobEvent::CallbackProgress;
}

/// A result that waits for the store. A std::function must be copyable, so the exchange is shared.
struct CallbackReceiver::LateResult
{
    JobResult result;
    // Of the callback that brought it.
    QByteArray token;
    http::Request request;
    http::Response response;             ///< once the result is durable
    std::shared_ptr<Exchange> exchange;  ///< null when no callback brought it

    void answer(const http::Response &with) const
    {
        if (exchange)
            exchange->answer(with);
    }
};

CallbackReceiver::CallbackReceiver(Jobs &jobs, const RouteTable &routes, JobStore &store, Handler handler)
    : m_jobs(jobs), m_routes(routes), m_store(store), m_handler(std::move(handler))
{
}

void CallbackReceiver::setCredentials(Credentials &credentials)
{
    m_credentials = &credentials;
    m_waiting =
        std::make_unique<WaitingCallbacks>(credentials, [this](WaitingCallback waited, bool isTimeUp) {
            using Wait = ReceivedCallback::Wait;
            receive(waited.token, waited.suffix, waited.request, std::move(waited.exchange),
                    isTimeUp ? Wait::TimeUp : Wait::Over);
        });
}

void CallbackReceiver::receive(QByteArrayView token, QByteArrayView suffix, const http::Request &request,
                               std::unique_ptr<Exchange> exchange, ReceivedCallback::Wait wait)
{
    Job *job = m_jobs.findByToken(token);
    if (!job && CallbackToken::fromText(token)) {
        // The token may belong to a durable job that is only in the store.
        receiveStored(token, suffix, request, std::move(exchange), wait);
        return;
    }
    ReceivedCallback callback{token, request, std::move(exchange), suffix, wait};
    if (job)
        take(*job, callback);
    else
        refuse(Reason::CallbackUnknown, CallbackOutcome::Unknown, {}, {}, callback,
               u"This callback address was never given out."_s);
}

void CallbackReceiver::receiveStored(QByteArrayView token, QByteArrayView suffix,
                                     const http::Request &request, std::unique_ptr<Exchange> exchange,
                                     ReceivedCallback::Wait wait)
{
    if (!m_store.isAvailable()) {
        exchange->answer(http::problemResponse(notStored(m_store.errorString())));
        return;
    }
    const QByteArray text = token.toByteArray();
    auto shared = std::make_shared<std::unique_ptr<Exchange>>(std::move(exchange));
    m_store.findByToken(text, [this, text, rest = suffix.toByteArray(), request, shared,
                               wait](std::optional<JobRecord> found) {
        if (!found && !m_store.isAvailable()) {
            (*shared)->answer(http::problemResponse(notStored(m_store.errorString())));
            return;
        }
        ReceivedCallback callback{text, request, std::move(*shared), rest, wait};
        if (!found || found->expired) {
            refuse(Reason::CallbackUnknown, CallbackOutcome::Unknown, {}, {}, callback,
                   u"This callback address was never given out."_s);
            return;
        }
        Job job;
        job.id = found->id;
        job.account = found->account;
        job.route = found->route;
        job.status = found->status;
        job.upstreamId = found->upstreamId;
        callback.record = &*found;
        take(job, callback);
    });
}

QByteArray CallbackReceiver::urlOf(const ReceivedCallback &callback) const
{
    QByteArray url;
    appendAll(url, m_callbackUrl, "/", callback.token, callback.suffix.isEmpty() ? "" : "/", callback.suffix);
    if (const qsizetype mark = callback.request.target.indexOf('?'); mark >= 0)
        url += callback.request.target.sliced(mark);
    return url;
}

/// False when the callback was refused.
bool CallbackReceiver::read(const Job &job, ReceivedCallback &callback)
{
    callback.route = m_routes.byName(job.route);
    if (!callback.route) {
        callback.exchange->answer(http::problemResponse(
            notStored(u"The route of this job is not configured any more. Try again."_s, job.id)));
        return false;
    }
    if (http::hasContentCoding(callback.request.headers)) {
        refuse(Reason::UnsupportedEncoding, CallbackOutcome::Malformed, job.id, job.account, callback,
               http::contentCodingDetail() + u" The job stays pending."_s);
        return false;
    }
    if (!callback.route->takesCallback(callback.request.method)) {
        refuse(Reason::CallbackMalformed, CallbackOutcome::Malformed, job.id, job.account, callback,
               u"This API does not call back by this method. The job stays pending."_s);
        return false;
    }
    const QByteArray url = callback.route->hasProfile() ? urlOf(callback) : QByteArray();
    CallbackView view = callback.view(url);
    const CredentialState *known = nullptr;
    if (const auto &keySet = callback.route->keySet()) {
        known = m_credentials ? m_credentials->find(*keySet) : nullptr;
        if (!known || !known->credential) {
            awaitKeys(job, callback, 0);
            return false;
        }
        view.keys = &known->credential->values;
    }
    auto message = callback.route->readCallback(view);
    if (const auto *error = std::get_if<QString>(&message)) {
        refuse(Reason::CallbackMalformed, CallbackOutcome::Malformed, job.id, job.account, callback,
               *error + u" The job stays pending."_s);
        return false;
    }
    if (const auto *forged = std::get_if<ForgedCallback>(&message)) {
        const bool isDecided = callback.wait == ReceivedCallback::Wait::Over && known && !known->isFailing;
        if (forged->isKeyUnknown && known && !isDecided) {
            awaitKeys(job, callback, known->number());
            return false;
        }
        refuse(Reason::CallbackUnauthorised, CallbackOutcome::Unauthorised, job.id, job.account, callback,
               forged->text + u" The job stays pending."_s);
        return false;
    }
    callback.message = std::get<JobMessage>(std::move(message));
    return true;
}

/// The keys of `seen` do not verify the callback, and newer ones may. If it has waited already, it is sent
/// again: nobody knows whether it is forged.
void CallbackReceiver::awaitKeys(const Job &job, ReceivedCallback &callback, std::uint64_t seen)
{
    const bool mayWait = callback.wait == ReceivedCallback::Wait::Not && m_waiting;
    WaitingCallback waiting;
    if (mayWait) {
        waiting = {callback.token.toByteArray(), callback.suffix.toByteArray(), callback.request,
                   std::move(callback.exchange), callback.route->keySet(),      seen};
        if (m_waiting->add(std::move(waiting)))
            return;
        callback.exchange = std::move(waiting.exchange);
    }
    ++m_withoutKeys;
    m_handler.refused(callback.token, callback.request, Reason::KeysUnavailable, job.id, job.account);
    callback.exchange->answer(callback.route->callbackAnswer(http::problemResponse(
        keysUnavailable(mayWait ? u"Too many callbacks wait for the keys that verify them."_s
                                : u"The keys that verify it cannot be fetched now."_s,
                        job.id))));
}

void CallbackReceiver::take(Job &job, ReceivedCallback &callback)
{
    if (!read(job, callback))
        return;
    if (callback.record && !callback.record->isSettled()) {
        // The store was unreadable when the service started. A client with the key of the job
        // wakes the job.
        callback.exchange->answer(http::problemResponse(
            notStored(u"The service does not wait for this job yet. Try again."_s, job.id)));
        return;
    }
    m_handler.received(job, eventOf(callback.message, job.upstreamId), callback);
    if (callback.exchange)
        callback.exchange->answer(callback.response);
}

void CallbackReceiver::refuse(Reason reason, CallbackOutcome outcome, const QByteArray &job,
                              const QByteArray &account, ReceivedCallback &callback, const QString &detail)
{
    m_handler.refused(callback.token, callback.request, reason, job, account);
    enter(outcome, job, {}, callback.request);
    callback.response = http::problemResponse({reason, detail, job, {}});
    // RFC 9110, 15.5.2 wants a challenge. What the profile wants is no scheme with a registered name.
    if (reason == Reason::CallbackUnauthorised)
        callback.response.headers.append("WWW-Authenticate", "Callback");
    if (callback.route)
        callback.response = callback.route->callbackAnswer(std::move(callback.response));
    callback.exchange->answer(callback.response);
}

void CallbackReceiver::enter(CallbackOutcome outcome, const QByteArray &job, const QByteArray &upstreamId,
                             const http::Request &request)
{
    m_ledger.enter(
        {std::chrono::system_clock::now(), outcome, job, upstreamId, request.peer, request.body.size()});
    m_handler.entered(outcome);
}

void CallbackReceiver::enter(CallbackOutcome outcome, const Job &job, ReceivedCallback &callback)
{
    if (outcome == CallbackOutcome::Mismatched)
        m_handler.refused(callback.token, callback.request, Reason::CallbackMismatched, job.id, job.account);
    enter(outcome, job.id, callback.message.id, callback.request);
    switch (outcome) {
        case CallbackOutcome::Unknown:
            callback.response = http::problemResponse(
                {Reason::CallbackUnknown, u"This callback address was never given out."_s, {}, {}});
            break;
        case CallbackOutcome::Mismatched:
            callback.response = http::problemResponse(
                {Reason::CallbackMismatched,
                 u"The address belongs to a job with another id. That job stays pending."_s,
                 job.id,
                 {}});
            break;
        default:
            callback.response = callbackTaken(outcome);
    }
    callback.response = callback.route->callbackAnswer(std::move(callback.response));
}

void CallbackReceiver::retain(Job &job, const JobResult &result, ReceivedCallback *callback)
{
    if (!job.status.durable) {
        m_jobs.keepResult(job, result.body);
        return;
    }
    LateResult late{result, {}, {}, {}, {}};
    if (callback)
        late = {result, callback->token.toByteArray(), callback->request, callback->response,
                std::shared_ptr<Exchange>(std::move(callback->exchange))};
    if (callback && callback->record) {
        takeLateResult(*callback->record, job.status, late.result);
        store(*callback->record, late);
        return;
    }
    m_store.find(job.id, [this, key = job.key, id = job.id, status = job.status,
                          late](std::optional<JobRecord> found) {
        if (found && !found->expired) {
            takeLateResult(*found, status, late.result);
            store(*found, late);
            return;
        }
        if (!found && !m_store.isAvailable()) {
            late.answer(http::problemResponse(notStored(m_store.errorString(), id)));
            return;
        }
        if (Job *unstored = m_jobs.find(key))
            m_jobs.keepResult(*unstored, late.result.body);
        late.answer(late.response);
    });
}

void CallbackReceiver::store(const JobRecord &record, const LateResult &late)
{
    m_store.put(record, [this, late, id = record.id, account = record.account](const QString &error) {
        if (!error.isEmpty() && late.exchange)
            m_handler.refused(late.token, late.request, Reason::StoreUnavailable, id, account);
        late.answer(error.isEmpty() ? late.response : http::problemResponse(notStored(error, id)));
    });
}

}  // namespace holdline
