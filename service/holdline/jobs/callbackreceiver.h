// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/callbackledger.h"
#include "core/job/jobs.h"
#include "core/profile/startcodec.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/seencallbacks.h"
#include "service/holdline/jobs/waitingcallbacks.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobresult.h"
#include "service/holdline/ports/jobstore.h"

#include <QSet>

#include <functional>
#include <memory>

namespace holdline {

/// A callback request while CallbackReceiver or RegisteredCallbacks handles it.
struct ReceivedCallback
{
    /// The path segment after the callback path: a token, which is a secret, or the name of a route with
    /// registered callbacks.
    QByteArrayView token;
    const http::Request &request;
    std::unique_ptr<Exchange> exchange;
    /// The part of the path after the token, without the slash.
    QByteArrayView suffix{};
    /// Whether the callback has waited for newer keys. Not: it has not waited. Over: the key fetcher has
    /// answered. TimeUp: the wait took too long.
    enum class Wait : std::uint8_t { Not, Over, TimeUp };
    Wait wait = Wait::Not;
    bool isRegistered = false;
    /// True for a registered callback that has waited for the job's id from the answer to a start request.
    bool hasWaited = false;
    /// The record of a job that is only in the store, not owned. Null for a job in memory.
    JobRecord *record = nullptr;
    /// The route of the job, not owned. Set when the callback is read.
    const Route *route = nullptr;
    JobMessage message{};
    QByteArray replayKey{};                           ///< see CheckedCallback
    CallbackOutcome outcome = CallbackOutcome::None;  ///< set when the callback is entered in the ledger
    /// The response to the callback. Set when the callback is entered in the ledger. The owner of `exchange`
    /// sends the response.
    http::Response response{};

    /// Returns the job's result that the callback contains.
    JobResult result() const;
    /// Returns the callback in the form that Route::readCallback() takes. `url` is the public URL of this
    /// service at which the callback arrived.
    CallbackView view(QByteArrayView url) const;
};

/// Returns the job event for a callback with this content. `upstreamId` is the upstream's id of the job,
/// empty while it is unknown.
JobEvent eventOf(const JobMessage &message, const QByteArray &upstreamId);

/// Returns a Job with the id, account, route, status and upstream id of the record, for a job that is only in
/// the store.
Job jobOf(const JobRecord &record);

/// Receives callbacks: finds the job by the token in memory or in the store, reads the body, enters the
/// outcome in the ledger, and retains results that come after the end of their job. RegisteredCallbacks finds
/// the jobs of callbacks without a token.
///
/// A callback with the same signature as an accepted callback is a replay. A replay never reaches another
/// job, its progress does not count again, and it is answered as a duplicate. The signature of a callback
/// that the job did not accept is forgotten, so that the sender may repeat the callback.
///
/// Life: all arguments must outlive this object, and the handlers must stay callable. Thread: one, with an
/// event loop.
class CallbackReceiver
{
public:
    struct Handler
    {
        /// Handles a readable callback, which is an event of this job. A job that is only in the store has
        /// ended. A handler that moves the exchange out must send the response. Otherwise the response is
        /// sent when the handler returns.
        std::function<void(Job &, JobEvent, ReceivedCallback &)> received;
        /// Called after each entry in the ledger.
        std::function<void(CallbackOutcome)> entered;
        /// See JobCoordinator::callbackRefused().
        std::function<void(QByteArrayView token, const http::Request &, Reason, const QByteArray &job,
                           const QByteArray &account, const QByteArray &route, const QString &detail)>
            refused;
        /// Called when a registered callback has waited for the keys that verify it. The handler must receive
        /// the callback again.
        std::function<void(WaitingCallback, ReceivedCallback::Wait)> registered;
        /// Called when a registered callback names no known job.
        std::function<void(const http::Request &, const QByteArray &route)> unknown;
    };

    CallbackReceiver(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                     Handler handler);
    /// Sets the callback address without a token.
    void setCallbackUrl(const QByteArray &url) { m_callbackUrl = url; }
    /// Sets the source of the published keys that verify callbacks. Without it, callbacks that need such keys
    /// are answered 503. `credentials` must outlive this object.
    void setCredentials(Credentials &credentials);

    /// Handles a callback request: finds the job by the token and answers the exchange, at once or later.
    /// `suffix` is the part of the path after the token, without the slash.
    void receive(QByteArrayView token, QByteArrayView suffix, const http::Request &request,
                 std::unique_ptr<Exchange> exchange,
                 ReceivedCallback::Wait wait = ReceivedCallback::Wait::Not);
    /// Enters a readable callback in the ledger, and sets ReceivedCallback::response.
    void enter(CallbackOutcome outcome, const Job &job, ReceivedCallback &callback);
    /// Retains a result that came after the end of its job. The result of a durable job is written to the
    /// store, and the callback is answered after that. The result of a plain job stays in memory. `callback`
    /// is null for a result that came in the answer to the start request.
    void retain(Job &job, const JobResult &result, ReceivedCallback *callback);

    /// Reads a callback of this route and checks that the upstream sent it. Returns false when the callback
    /// was refused or waits for keys. Then the exchange was answered, or moved to the waiting callbacks.
    /// `job` is the id of the job. `job` and `account` are empty for a registered callback, whose job is
    /// looked up later.
    bool read(const Route &route, const QByteArray &job, const QByteArray &account,
              ReceivedCallback &callback);
    /// Applies a callback that read() accepted to its job, and answers it. A job that is not in the registry
    /// is only in the store, and has ended.
    void take(Job &job, ReceivedCallback &callback);
    /// Answers a callback whose job does not exist as accepted, because the sender would repeat a refused
    /// callback in vain. read() must have accepted the callback.
    void takeUnknown(ReceivedCallback &callback);
    /// Answers 503, so that the sender sends the callback again: its job may still become known. read() must
    /// have accepted the callback.
    void askAgain(ReceivedCallback &callback);

    /// True when a late result of this job could not be stored, so its sender got 503 and must send the
    /// callback again. `job` is the job's id.
    bool isUnstored(const QByteArray &job) const { return m_unstored.contains(job); }

    const CallbackLedger &ledger() const { return m_ledger; }
    /// Number of callbacks that wait now for the keys that verify them.
    int waitingForKeys() const { return m_waiting ? m_waiting->count() : 0; }
    /// Number of callbacks that were answered 503 because their keys could not be fetched.
    std::uint64_t withoutKeysTotal() const { return m_withoutKeys; }

private:
    struct LateResult;

    void receiveStored(QByteArrayView token, QByteArrayView suffix, const http::Request &request,
                       std::unique_ptr<Exchange> exchange, ReceivedCallback::Wait wait);
    /// Returns the public URL of this service at which the callback arrived, with its query.
    QByteArray urlOf(const ReceivedCallback &callback) const;
    bool read(const Job &job, ReceivedCallback &callback);
    void awaitKeys(const QByteArray &job, const QByteArray &account, ReceivedCallback &callback,
                   std::uint64_t seen);
    bool isReplay(const Job &job, JobEvent event, ReceivedCallback &callback);
    /// Calls Handler::refused for a callback that is refused.
    void report(Reason reason, const QByteArray &job, const QByteArray &account,
                const ReceivedCallback &callback, const QString &detail = {});
    void refuse(Reason reason, CallbackOutcome outcome, const QByteArray &job, ReceivedCallback &callback,
                const QString &detail);
    void refuseUnknown(ReceivedCallback &callback);
    void enter(CallbackOutcome outcome, const QByteArray &job, const QByteArray &upstreamId,
               const http::Request &request);
    void store(const JobRecord &record, const LateResult &late);

    Jobs &m_jobs;
    const RouteTable &m_routes;
    JobStore &m_store;
    SeenCallbacks &m_seen;
    QByteArray m_callbackUrl;
    Handler m_handler;
    CallbackLedger m_ledger;
    /// Jobs in memory whose late result could not be stored.
    QSet<QByteArray> m_unstored;
    Credentials *m_credentials = nullptr;
    std::unique_ptr<WaitingCallbacks> m_waiting;  ///< null until setCredentials()
    std::uint64_t m_withoutKeys = 0;
};

}  // namespace holdline
