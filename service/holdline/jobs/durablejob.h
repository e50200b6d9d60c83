// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <memory>
#include <vector>

namespace holdline {

/// A callback whose answer waits until its result is durable.
struct PendingCallback
{
    std::unique_ptr<Exchange> exchange;
    http::Response response;  ///< once the result is durable
};

/// The end of a durable job, from the moment it is settled until its record is durable and all are told.
struct Ending
{
    JobRecord record;
    http::Response response;  ///< for the clients that wait
    std::vector<PendingCallback> callbacks;
    /// Questions about the job that came meanwhile. Nobody hears of an end that might be lost.
    std::vector<JobDirectory::Found> asked;
    int writes = 0;  ///< on their way into the store
    /// The end could not be stored. All were told nevertheless, and the write is repeated.
    bool unstored = false;
};

/// What a durable job has beside its Job: a job with an Idempotency-Key, or one that was handed over. Lives
/// from the request that makes the job until the job's end is durable.
struct DurableJob
{
    QByteArray id;   ///< the job's
    QByteArray key;  ///< the Idempotency-Key; null: none, or free again
    QByteArray fingerprint;
    std::optional<RecordedRequest> request;  ///< until the start was accepted
    bool posted = false;                     ///< the store has the record, or will have it
    bool requestPosted = false;              ///< the store has the request, or will have it
    std::uint64_t revision = 1;
    int joined = 0;               ///< requests that joined the job by its key
    bool recovered = false;       ///< from before the service was started
    bool dormant = false;         ///< its start never left, and leaves when its client comes back
    bool maybeRan = false;        ///< a start of unknown fate was sent again
    bool handOverStored = false;  ///< the hand-over is durable
    std::unique_ptr<Ending> ending;
};

/// Whether a settled job certainly never ran, so that its key may be used again.
bool neverRan(const Job &job, const DurableJob &durable);

/// The job's record as it stands, to be stored and shown. The caller adds the request and the answer.
JobRecord recordOf(const Job &job, const DurableJob &durable);

}  // namespace holdline
