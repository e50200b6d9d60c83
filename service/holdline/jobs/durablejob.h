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

/// A callback that is answered only when its result is durable.
struct PendingCallback
{
    std::unique_ptr<Exchange> exchange;
    http::Response response;  ///< sent when the result is durable
};

/// The end of a durable job. Exists from the settlement of the job until its record is durable and all
/// waiters are answered.
struct Ending
{
    JobRecord record;
    http::Response response;  ///< for the waiting clients
    std::vector<PendingCallback> callbacks;
    /// Requests of the jobs API about this job that came before its end was durable. They wait, because no
    /// client may see an end that a crash could still undo.
    std::vector<JobDirectory::Found> asked;
    bool leavesRecord = true;  ///< false for a job that never ran: its record is deleted
    int writes = 0;            ///< writes in flight
    /// True when the end could not be stored. The waiters are answered all the same, and the write is
    /// repeated.
    bool unstored = false;
};

/// The durable part of a job with an Idempotency-Key, or of a handed-over job. Exists from the request that
/// makes the job until the end of the job is durable.
struct DurableJob
{
    QByteArray id;   ///< id of the job
    QByteArray key;  ///< the Idempotency-Key; null without one, and when it is free again
    QByteArray fingerprint;
    std::optional<RecordedRequest> request;  ///< empty after the start was accepted
    ByteCharge stored;                       ///< the bytes of the request in the store
    bool posted = false;                     ///< the record was given to the store
    bool requestPosted = false;              ///< the request was given to the store
    bool isToWrite = false;                  ///< its record waits to be written by Journal::tidy()
    std::uint64_t revision = 1;
    int joined = 0;               ///< requests that joined the job by its key
    bool recovered = false;       ///< restored from the store
    bool dormant = false;         ///< waits for its client before its start request is sent
    bool canStartAgain = false;   ///< the last start failed in a way after which another one is safe
    bool handOverStored = false;  ///< the hand-over is durable
    bool addressTold = false;     ///< a client got the job's URL, so the job must be found there
    JobJournal journal;
    std::unique_ptr<Ending> ending;  ///< null before the job is settled
};

/// Returns the number of bytes that a request needs in the store.
inline std::int64_t storedBytes(const RecordedRequest &request)
{
    return request.target.size() + request.body.size();
}

/// Returns whether a settled job certainly never ran. The rule is the same as for sending a failed start
/// request again.
bool neverRan(const Job &job, const DurableJob &durable);
/// Returns whether the key of a settled job is free again: the job never ran, or somebody cancelled it while
/// its start was in doubt.
bool freesKey(const Job &job, const DurableJob &durable);

/// Adds a journal entry that says that the job was read from the store.
void noteRecovered(const Job &job, DurableJob &durable, TimePoint now);
/// Adds the journal entries of an event of the job machine. `httpStatus` is the status of the answer to the
/// last start request.
void noteEvent(const Job &job, DurableJob &durable, JobEvent event, const JobStep &step, int httpStatus,
               TimePoint now);

/// Returns the current record of the job, for the store and the jobs API. The caller adds the request and the
/// answer.
JobRecord recordOf(const Job &job, const DurableJob &durable);

}  // namespace holdline
