// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytebudget.h"
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

/// The end of a durable job, from its settlement until its record is durable and all waiters have their
/// answers.
struct Ending
{
    JobRecord record;
    http::Response response;  ///< for the clients that wait
    std::vector<PendingCallback> callbacks;
    /// Requests about the job that came meanwhile. No request learns of an end that may be lost.
    std::vector<JobDirectory::Found> asked;
    bool leavesRecord = true;  ///< false for a job that never ran: its record is deleted
    int writes = 0;            ///< writes in flight
    /// True when the end could not be stored. The waiters have their answers, and the write is
    /// repeated.
    bool unstored = false;
};

/// The durable part of a job with an Idempotency-Key, or of a handed-over job. Lives from the request
/// that makes the job until the end of the job is durable.
struct DurableJob
{
    QByteArray id;   ///< id of the job
    QByteArray key;  ///< the Idempotency-Key; null without one, and when it is free again
    QByteArray fingerprint;
    std::optional<RecordedRequest> request;  ///< empty after the start was accepted
    ByteCharge stored;                       ///< the bytes of the request in the store
    bool posted = false;                     ///< the record was given to the store
    bool requestPosted = false;              ///< the request was given to the store
    bool isToWrite = false;                  ///< its record waits for the next Journal::tidy()
    std::uint64_t revision = 1;
    int joined = 0;               ///< requests that joined the job by its key
    bool recovered = false;       ///< restored from the store
    bool dormant = false;         ///< waits for its client before its start leaves
    bool canStartAgain = false;   ///< the last start failed in a way after which another one is safe
    bool handOverStored = false;  ///< the hand-over is durable
    bool addressTold = false;     ///< a client got the address of the job, so it must be found there
    JobJournal journal;
    std::unique_ptr<Ending> ending;
};

/// The bytes that a request needs in the store.
inline std::int64_t storedBytes(const RecordedRequest &request)
{
    return request.target.size() + request.body.size();
}

/// True when a settled job certainly never ran. The judgement is that by which a failed start is sent again.
bool neverRan(const Job &job, const DurableJob &durable);
/// True when the key of a settled job is free again: the job never ran, or it was cancelled while its start
/// was in doubt, so that somebody decided not to wait for it.
bool freesKey(const Job &job, const DurableJob &durable);

/// Writes into the journal of a job that was read from the store.
void noteRecovered(const Job &job, DurableJob &durable, TimePoint now);
/// Writes an event of the machine into the journal. `httpStatus` is that of the answer to the last start.
void noteEvent(const Job &job, DurableJob &durable, JobEvent event, const JobStep &step, int httpStatus,
               TimePoint now);

/// The current record of the job, to be stored and shown. The caller adds the request and the answer.
JobRecord recordOf(const Job &job, const DurableJob &durable);

}  // namespace holdline
