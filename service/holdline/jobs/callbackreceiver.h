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

/// A callback while it is handled.
struct ReceivedCallback
{
    /// The segment of the path that follows the callback path: a token, which is a secret, or the name of a
    /// route with registered callbacks.
    QByteArrayView token;
    const http::Request &request;
    std::unique_ptr<Exchange> exchange;
    /// What follows the token in the path, without the slash.
    QByteArrayView suffix{};
    /// How the wait for newer keys ended. Not: it has not waited.
    enum class Wait : std::uint8_t { Not, Over, TimeUp };
    Wait wait = Wait::Not;
    bool isRegistered = false;
    /// It came before the answer to the start, and waited for the job's id.
    bool hasWaited = false;
    /// The record of a job that is only in the store. Null for a job in memory.
    JobRecord *record = nullptr;
    /// Of its job. Set when the callback is read.
    const Route *route = nullptr;
    JobMessage message{};
    QByteArray replayKey{};                           ///< see CheckedCallback
    CallbackOutcome outcome = CallbackOutcome::None;  ///< set when it is entered in the ledger
    /// The answer. Set when the callback is entered in the ledger; the owner of the exchange sends
    /// it.
    http::Response response{};

    /// The result that the callback brings.
    JobResult result() const;
    /// As its route reads it. `url` is our public URL at which it came.
    CallbackView view(QByteArrayView url) const;
};

/// The event that a callback means for a job. `upstreamId` is empty when the upstream named no id yet.
JobEvent eventOf(const JobMessage &message, const QByteArray &upstreamId);

/// What a record tells of a job that is only in the store.
Job jobOf(const JobRecord &record);

/// Receives callbacks: finds the job by the token in memory or in the store, reads the body, enters the
/// outcome in the ledger, and retains results that come after the end of their job. RegisteredCallbacks finds
/// the jobs of callbacks without a token.
///
/// A callback with the signature of one that a job has taken is a replay. It never reaches another job, and
/// its progress does not count again. It is answered as a duplicate. What the job did not take is forgotten,
/// so that the sender may repeat it.
///
/// Life: all arguments must outlive it, and the handlers must stay callable. Thread: one, with an event
/// loop.
class CallbackReceiver
{
public:
    struct Handler
    {
        /// A readable callback is an event of this job. A job that is only in the store has
        /// ended. A handler that moves the exchange out sends the answer. Otherwise the answer is
        /// sent when the handler returns.
        std::function<void(Job &, JobEvent, ReceivedCallback &)> received;
        std::function<void(CallbackOutcome)> entered;
        /// See JobCoordinator::callbackRefused().
        std::function<void(QByteArrayView token, const http::Request &, Reason, const QByteArray &job,
                           const QByteArray &account, const QByteArray &route, const QString &detail)>
            refused;
        /// A registered callback has waited for the keys that verify it.
        std::function<void(WaitingCallback, ReceivedCallback::Wait)> registered;
        /// A registered callback names no job that is known.
        std::function<void(const http::Request &, const QByteArray &route)> unknown;
    };

    CallbackReceiver(Jobs &jobs, const RouteTable &routes, JobStore &store, SeenCallbacks &seen,
                     Handler handler);
    /// `url` is the callback address without a token.
    void setCallbackUrl(const QByteArray &url) { m_callbackUrl = url; }
    /// Without it no callback is taken that is verified by published keys. Must outlive this object.
    void setCredentials(Credentials &credentials);

    /// `suffix` is what follows the token in the path, without the slash.
    void receive(QByteArrayView token, QByteArrayView suffix, const http::Request &request,
                 std::unique_ptr<Exchange> exchange,
                 ReceivedCallback::Wait wait = ReceivedCallback::Wait::Not);
    /// Enters a readable callback in the ledger, and sets its response.
    void enter(CallbackOutcome outcome, const Job &job, ReceivedCallback &callback);
    /// Retains a result that came after the end of its job. The result of a durable job goes into the
    /// store, and the callback is answered after that. The result of a plain job stays in memory.
    /// `callback` is null for a result that came with the answer to the start.
    void retain(Job &job, const JobResult &result, ReceivedCallback *callback);

    /// Reads a callback of this route and checks that the upstream sent it. Returns false when it was
    /// refused. `job` and `account` are empty for a callback that must find its job.
    bool read(const Route &route, const QByteArray &job, const QByteArray &account,
              ReceivedCallback &callback);
    /// Takes a callback that was read. A job outside of the registry is one in the store, which has ended.
    void take(Job &job, ReceivedCallback &callback);
    /// A callback that was read, and whose job nobody knows. It is taken from the sender, which would repeat
    /// it in vain.
    void takeUnknown(ReceivedCallback &callback);
    /// A callback that was read, and whose job may still become known. Its sender must send it again.
    void askAgain(ReceivedCallback &callback);

    /// True for a job in memory whose late result could not be stored. Its sender was told to send it again.
    bool isUnstored(const QByteArray &job) const { return m_unstored.contains(job); }

    const CallbackLedger &ledger() const { return m_ledger; }
    /// Callbacks that wait for keys, and those that were answered 503 for want of them.
    int waitingForKeys() const { return m_waiting ? m_waiting->count() : 0; }
    std::uint64_t withoutKeysTotal() const { return m_withoutKeys; }

private:
    struct LateResult;

    void receiveStored(QByteArrayView token, QByteArrayView suffix, const http::Request &request,
                       std::unique_ptr<Exchange> exchange, ReceivedCallback::Wait wait);
    /// Our public URL at which the callback came.
    QByteArray urlOf(const ReceivedCallback &callback) const;
    bool read(const Job &job, ReceivedCallback &callback);
    void awaitKeys(const QByteArray &job, const QByteArray &account, ReceivedCallback &callback,
                   std::uint64_t seen);
    bool isReplay(const Job &job, JobEvent event, ReceivedCallback &callback);
    /// Tells of a callback that is refused.
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
    std::unique_ptr<WaitingCallbacks> m_waiting;  ///< when there are credentials
    std::uint64_t m_withoutKeys = 0;
};

}  // namespace holdline
