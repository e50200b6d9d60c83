// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/callbackledger.h"
#include "core/job/jobs.h"
#include "core/profile/startcodec.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobstore.h"

#include <functional>
#include <memory>

namespace holdline {

/// A callback on its way through the machine.
struct ReceivedCallback
{
    QByteArrayView token;  ///< the last segment of its path, a secret
    const http::Request &request;
    std::unique_ptr<Exchange> exchange;
    /// Null: the job is in memory. Otherwise the job's record, which is all that is left of it.
    JobRecord *record = nullptr;
    CallbackMessage message{};
    /// The answer, once the callback is entered in the ledger. Sent by the one who has the exchange then.
    http::Response response{};
};

/// What a callback is to a job whose upstream said this id, or none yet.
JobEvent eventOf(const CallbackMessage &message, const QByteArray &upstreamId);

/// Takes callbacks from the wire: finds the job by the token, in memory or in the store, reads the body,
/// enters the outcome in the ledger, and keeps results that come after their job's end.
///
/// Life: jobs and store must outlive it, and the handlers must be callable as long as it lives. Thread: one,
/// with an event loop.
class CallbackReceiver
{
public:
    struct Handler
    {
        /// A callback that can be read is an event of this job, which has ended where it is only stored. Who
        /// takes the exchange out of it sends the answer; otherwise it is sent when this returns.
        std::function<void(Job &, JobEvent, ReceivedCallback &)> received;
        std::function<void(CallbackOutcome)> entered;
        /// See JobCoordinator::callbackRefused().
        std::function<void(QByteArrayView token, const http::Request &, Reason, const QByteArray &job,
                           const QByteArray &account)>
            refused;
    };

    CallbackReceiver(Jobs &jobs, JobStore &store, Handler handler);

    void receive(QByteArrayView token, const http::Request &request, std::unique_ptr<Exchange> exchange);
    /// Enters a readable callback in the ledger; sets its response.
    void enter(CallbackOutcome outcome, const Job &job, ReceivedCallback &callback);
    /// Keeps the result of a callback that came after its job's end: of a durable job in the store, which is
    /// answered when that is done, of a plain one in memory.
    void retain(Job &job, ReceivedCallback &callback);

    const CallbackLedger &ledger() const { return m_ledger; }

private:
    struct LateResult;

    void receiveStored(QByteArrayView token, const http::Request &request,
                       std::unique_ptr<Exchange> exchange);
    void take(Job &job, ReceivedCallback &callback);
    void refuse(Reason reason, CallbackOutcome outcome, const QByteArray &job, const QByteArray &account,
                ReceivedCallback &callback, const QString &detail);
    void enter(CallbackOutcome outcome, const QByteArray &job, const QByteArray &upstreamId,
               const http::Request &request);
    void store(const JobRecord &record, const LateResult &late);

    Jobs &m_jobs;
    JobStore &m_store;
    Handler m_handler;
    CallbackLedger m_ledger;
};

}  // namespace holdline
