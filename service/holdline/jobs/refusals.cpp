// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/refusals.h"

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Problem storeUnavailable(const QString &why, const QByteArray &job)
{
    return {Reason::StoreUnavailable, why, job, 5s};
}

Problem notStored(const QString &why, const QByteArray &job)
{
    return {Reason::StoreUnavailable, why, job, 1s};
}

Problem routeIsGone(const QByteArray &job)
{
    return notStored(u"The route of this callback is not configured any more. Try again."_s, job);
}

Problem keysUnavailable(const QString &why, const QByteArray &job)
{
    return {Reason::KeysUnavailable, why + u" Send the callback again. The job stays pending."_s, job, 5s};
}

Problem notFetched(const QByteArray &job)
{
    return {Reason::UpstreamError,
            u"The result of this job cannot be fetched now. Send the callback again."_s, job, 5s};
}

Problem notKnownYet()
{
    return {Reason::Overloaded,
            u"No job with this id is known yet, and starts are under way. Send the callback again."_s,
            {},
            1s};
}

Problem tooManyHeld()
{
    return {Reason::Overloaded, u"Too many requests are held. Try again shortly."_s, {}, 1s};
}

Problem tooManyDurable(int count)
{
    return {Reason::Overloaded,
            u"%1 jobs with a key, or handed over, have not ended, which is the limit."_s.arg(count),
            {},
            1s};
}

Problem noMemory()
{
    return {Reason::Overloaded, u"The bodies in memory are at their limit. Try again shortly."_s, {}, 1s};
}

Problem storeFull()
{
    return {Reason::Overloaded,
            u"The requests of unfinished jobs use half of the store, which is the limit (store.bytes)."_s,
            {},
            1s};
}

Problem endsWithProcess(const QByteArray &job, bool mayHaveRun)
{
    if (mayHaveRun)
        return {Reason::DrainTimeout,
                u"The service is shutting down, and its store does not outlive it. The job may have run."_s,
                job,
                {}};
    return {Reason::Draining, u"The service is shutting down. The job was not started."_s, job, 1s};
}

Problem keyInFlight(const QByteArray &job)
{
    return {Reason::IdempotencyKeyInFlight,
            u"The first request with this key has not ended. Try again when it has."_s, job, 1s};
}

Problem keyReused(const QByteArray &job)
{
    return {Reason::IdempotencyKeyReused,
            u"This key came with another request before. Use a new key for a new request."_s,
            job,
            {}};
}

}  // namespace holdline
