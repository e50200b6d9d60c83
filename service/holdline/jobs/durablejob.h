// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "core/profile/startcodec.h"
#include "service/holdline/ports/exchange.h"

#include <functional>
#include <memory>
#include <vector>

namespace holdline {

/// A callback whose answer waits until what it brought is durable.
struct PendingCallback
{
    std::unique_ptr<Exchange> exchange;
    http::Response response;  ///< once it is durable
};

/// The end of a durable job, from its being settled until its record is durable and all are told.
struct Ending
{
    JobRecord record;
    http::Response response;  ///< for those who wait
    std::vector<PendingCallback> callbacks;
    /// Who asked about the job meanwhile: nobody is told of an end that might be forgotten.
    std::vector<std::function<void(const JobRecord &)>> asked;
    int writes = 0;  ///< on their way into the store
    /// It could not be stored: all were told nevertheless, and it is tried again now and then.
    bool unstored = false;
};

/// What a durable job has beside its Job, from the request that makes it until its end is durable.
struct DurableJob
{
    QByteArray id;   ///< its job's
    QByteArray key;  ///< null: none, or free again
    QByteArray fingerprint;
    std::optional<RecordedRequest> request;  ///< until its start was accepted
    bool posted = false;                     ///< the store has its record, or will
    bool requestPosted = false;              ///< the store has it, or will before it has anything later
    std::uint64_t revision = 1;
    int joined = 0;
    bool recovered = false;       ///< from before the service was started
    bool dormant = false;         ///< never left, and starts when its client comes back
    bool maybeRan = false;        ///< a start of unknown fate was sent again
    bool handOverStored = false;  ///< its being handed over is durable
    std::unique_ptr<Ending> ending;
};

/// The whole record as it is to be stored and shown. Its answer is left to the caller.
JobRecord recordOf(const Job &job, const DurableJob &durableJob);

/// What is kept of a settled job's answer.
RecordedAnswer recordedAnswer(const http::Response &response);
/// Whether the job certainly never reached the upstream, so that its key may be used again.
bool neverStarted(Reason outcome);

/// 202 with how it stands: `Location` names the job, `Retry-After`, `Preference-Applied`.
http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference);

}  // namespace holdline
