// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/callbackreceiver.h"

#include "core/base/appendall.h"
#include "core/config/suggest.h"
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/journal.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;

JobResult ReceivedCallback::result() const
{
    return route->resultOf(message, view({}));
}

CallbackView ReceivedCallback::view(QByteArrayView url) const
{
    return {request, isRegistered ? QByteArrayView() : token, suffix, url};
}

JobEvent eventOf(const JobMessage &message, const QByteArray &upstreamId)
{
    // Callbacks of some APIs contain no id. The token alone identifies their job.
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

namespace {

/// Returns the text with a full stop at its end. Some texts have one already.
QString asSentence(const QString &text)
{
    return text.endsWith(u'.') ? text : text + u'.';
}

/// The largest number of jobs in m_unstored: the senders of their late results must send them again.
constexpr qsizetype kMaxUnstored = 1000;

}  // namespace

Job jobOf(const JobRecord &record)
{
    Job job;
    job.id = record.id;
    job.account = record.account;
    job.route = record.route;
    job.status = record.status;
    job.upstreamId = record.upstreamId;
    return job;
}

/// A late result that waits for the store. The exchange is shared, because a std::function must be copyable.
struct CallbackReceiver::LateResult
{
    JobResult result;
    // Of the callback with the result; empty when the result came in the answer to the start request.
    QByteArray token;
    http::Request request;
    http::Response response;             ///< sent when the result is durable
    std::shared_ptr<Exchange> exchange;  ///< null when no callback contained the result

    void answer(const http::Response &with) const
    {
        if (exchange)
            exchange->answer(with);
    }
};

CallbackReceiver::CallbackReceiver(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                                   Handler handler)
    : m_jobs(jobs), m_routes(routes), m_store(store), m_seen(seen), m_handler(std::move(handler))
{
}

void CallbackReceiver::setCredentials(Credentials &credentials)
{
    m_credentials = &credentials;
    m_waiting =
        std::make_unique<WaitingCallbacks>(credentials, [this](WaitingCallback waited, bool isTimeUp) {
            const auto wait = isTimeUp ? ReceivedCallback::Wait::TimeUp : ReceivedCallback::Wait::Over;
            if (waited.isRegistered)
                m_handler.registered(std::move(waited), wait);
            else
                receive(waited.token, waited.suffix, waited.request, std::move(waited.exchange), wait);
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
    if (job && read(*job, callback))
        take(*job, callback);
    else if (!job)
        refuseUnknown(callback);
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
            refuseUnknown(callback);
            return;
        }
        Job job = jobOf(*found);
        callback.record = &*found;
        if (read(job, callback))
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

/// Returns false when the callback was refused or waits for keys.
bool CallbackReceiver::read(const Job &job, ReceivedCallback &callback)
{
    if (const Route *route = m_routes.byName(job.route))
        return read(*route, job.id, job.account, callback);
    callback.exchange->answer(http::problemResponse(routeIsGone(job.id)));
    return false;
}

bool CallbackReceiver::read(const Route &route, const QByteArray &job, const QByteArray &account,
                            ReceivedCallback &callback)
{
    callback.route = &route;
    const QByteArray url = route.hasProfile() ? urlOf(callback) : QByteArray();
    CallbackView view = callback.view(url);
    const CredentialState *known = nullptr;
    if (const auto &keySet = route.keySet(); keySet && !Route::isTrusted(callback.request)) {
        known = m_credentials ? m_credentials->find(*keySet) : nullptr;
        if (!known || !known->credential) {
            awaitKeys(job, account, callback, 0);
            return false;
        }
        view.keys = &known->credential->values;
    }
    auto checked = route.readCallback(view);
    if (const auto *refusal = std::get_if<RefusedCallback>(&checked)) {
        const bool isDecided = callback.wait == ReceivedCallback::Wait::Over && known && !known->isFailing;
        if (refusal->isKeyUnknown && known && !isDecided) {
            awaitKeys(job, account, callback, known->number());
            return false;
        }
        const auto outcome = refusal->isForged() ? CallbackOutcome::Unauthorised : CallbackOutcome::Malformed;
        const QString end = job.isEmpty() ? QString() : u" The job stays pending."_s;
        report(refusal->reason, job, account, callback, refusal->text);
        refuse(refusal->reason, outcome, job, callback, asSentence(refusal->text) + end);
        return false;
    }
    auto &[message, replayKey] = std::get<CheckedCallback>(checked);
    callback.message = std::move(message);
    callback.replayKey = std::move(replayKey);
    return true;
}

/// Keeps the callback until keys newer than the key set `seen` are fetched, because they may verify it.
/// Answers 503 when the callback has waited already or cannot wait: whether it is forged is unknown, so its
/// sender must send it again.
void CallbackReceiver::awaitKeys(const QByteArray &job, const QByteArray &account, ReceivedCallback &callback,
                                 std::uint64_t seen)
{
    const bool mayWait = callback.wait == ReceivedCallback::Wait::Not && m_waiting;
    WaitingCallback waiting;
    if (mayWait) {
        waiting = {callback.token.toByteArray(), callback.suffix.toByteArray(), callback.request,
                   std::move(callback.exchange), callback.route->keySet(),      seen,
                   callback.isRegistered};
        if (m_waiting->add(std::move(waiting)))
            return;
        callback.exchange = std::move(waiting.exchange);
    }
    ++m_withoutKeys;
    report(Reason::KeysUnavailable, job, account, callback);
    callback.exchange->answer(callback.route->callbackAnswer(http::problemResponse(
        keysUnavailable(mayWait ? u"Too many callbacks wait for the keys that verify them."_s
                                : u"The keys that verify it cannot be fetched now."_s,
                        job))));
}

void CallbackReceiver::take(Job &job, ReceivedCallback &callback)
{
    if (callback.record && !callback.record->isSettled()) {
        // The job was not restored, because the store was unreadable when the service started. It is restored
        // when a client asks with the key of the job.
        callback.exchange->answer(http::problemResponse(
            notStored(u"The service does not wait for this job yet. Try again."_s, job.id)));
        return;
    }
    const JobEvent event = eventOf(callback.message, job.upstreamId);
    const bool isFinal = event == JobEvent::CallbackCompleted || event == JobEvent::CallbackFailed;
    if (isReplay(job, event, callback)) {
        enter(CallbackOutcome::Duplicate, job, callback);
    } else if (isFinal && !callback.record && m_unstored.contains(job.id)) {
        // The job machine has counted this result already, but it could not be stored. So its sender got 503
        // and has sent it again.
        enter(CallbackOutcome::Late, job, callback);
        retain(job, callback.result(), &callback);
    } else {
        m_handler.received(job, event, callback);
        if (callback.outcome == CallbackOutcome::Mismatched || callback.outcome == CallbackOutcome::Unknown)
            m_seen.forget(callback.route->name(), callback.replayKey);
    }
    if (callback.exchange)
        callback.exchange->answer(callback.response);
}

/// Returns whether the callback is a replay that must not reach the job. A repeated final callback of the
/// same job is no replay: the job machine recognises the duplicate, and its answer waits until the result is
/// durable.
bool CallbackReceiver::isReplay(const Job &job, JobEvent event, ReceivedCallback &callback)
{
    const auto sighting = m_seen.see(callback.route->name(), callback.route->replayAge(), callback.replayKey,
                                     job.id, Clock::now());
    return sighting == profile::Sighting::Replayed ||
           (sighting == profile::Sighting::Repeated && event == JobEvent::CallbackProgress);
}

void CallbackReceiver::takeUnknown(ReceivedCallback &callback)
{
    enter(CallbackOutcome::Unknown, {}, callback.message.id, callback.request);
    m_handler.unknown(callback.request, callback.route->name());
    callback.exchange->answer(callback.route->callbackAnswer(callbackTaken(CallbackOutcome::Unknown)));
}

void CallbackReceiver::askAgain(ReceivedCallback &callback)
{
    enter(CallbackOutcome::Unknown, {}, callback.message.id, callback.request);
    m_handler.unknown(callback.request, callback.route->name());
    callback.exchange->answer(http::problemResponse(notKnownYet()));
}

void CallbackReceiver::report(Reason reason, const QByteArray &job, const QByteArray &account,
                              const ReceivedCallback &callback, const QString &detail)
{
    m_handler.refused(callback.token, callback.request, reason, job, account,
                      callback.route ? callback.route->name() : QByteArray(), detail);
}

void CallbackReceiver::refuse(Reason reason, CallbackOutcome outcome, const QByteArray &job,
                              ReceivedCallback &callback, const QString &detail)
{
    enter(outcome, job, {}, callback.request);
    callback.response = http::problemResponse({reason, detail, job, {}});
    // A 401 must have a challenge (RFC 9110, section 15.5.2). No registered authentication scheme stands for
    // the signatures of profiles, so the challenge names a scheme of its own.
    if (reason == Reason::CallbackUnauthorised)
        callback.response.headers.append("WWW-Authenticate", "Callback");
    if (callback.route)
        callback.response = callback.route->callbackAnswer(std::move(callback.response));
    callback.exchange->answer(callback.response);
}

void CallbackReceiver::refuseUnknown(ReceivedCallback &callback)
{
    report(Reason::CallbackUnknown, {}, {}, callback);
    refuse(Reason::CallbackUnknown, CallbackOutcome::Unknown, {}, callback,
           u"This callback address was never given out."_s);
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
    if (callback.hasWaited && outcome == CallbackOutcome::Matched)
        outcome = CallbackOutcome::Early;
    callback.outcome = outcome;
    if (outcome == CallbackOutcome::Mismatched)
        report(Reason::CallbackMismatched, job.id, job.account, callback,
               u"its id %1 is not the job's"_s.arg(quoted(QString::fromUtf8(callback.message.id))));
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
            if (late.exchange && m_unstored.size() < kMaxUnstored)
                m_unstored.insert(id);
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
        if (error.isEmpty())
            m_unstored.remove(id);
        else if (late.exchange && m_unstored.size() < kMaxUnstored)
            m_unstored.insert(id);
        if (!error.isEmpty() && late.exchange)
            m_handler.refused(late.token, late.request, Reason::StoreUnavailable, id, account, {}, error);
        late.answer(error.isEmpty() ? late.response : http::problemResponse(notStored(error, id)));
    });
}

}  // namespace holdline
