// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/jobrecord.h"

#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// Finds durable jobs for the jobs API: jobs of this shard, of other shards and stored jobs. Each call is
/// answered exactly once, at once or later, in the calling thread. Plain jobs (without an Idempotency-Key and
/// not handed over) are not found.
class JobDirectory
{
public:
    using Found = std::function<void(std::optional<JobRecord>)>;
    using FoundAll = std::function<void(std::vector<JobRecord>)>;

    virtual ~JobDirectory() = default;

    /// False when the store may be unreadable. A job that was not found may then exist all the same. Call
    /// this inside the callback that reports the result.
    virtual bool isComplete() const = 0;

    /// Finds the job with this id. The record is empty when the job never existed. See also
    /// JobRecord::expired.
    virtual void find(const QByteArray &id, Found found) = 0;
    /// Finds at most 100 jobs, newest first. An empty account means all accounts.
    virtual void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) = 0;
    /// Like find(), but answers later: when the record's revision is above `after`, when the job is settled,
    /// or at `until`. `until` is at most kMaxWatch away. A watch cannot be cancelled, so a longer wait needs
    /// several watches. For a job that cannot be watched (only stored, or too many watches) the answer comes
    /// early, with its current state. The caller should then watch again after a pause.
    virtual void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) = 0;
    static constexpr std::chrono::seconds kMaxWatch{10};

    /// NotStored: the store could not free the key of the job.
    enum class Cancelled : std::uint8_t { Done, NotFound, Expired, AlreadyEnded, NotStored };
    /// Cancels a job. When nobody knows whether the job was started, frees its Idempotency-Key, also if the
    /// job has already ended for this reason. Passes the result and, when the job exists, its record after
    /// the call.
    virtual void cancel(const QByteArray &id,
                        std::function<void(Cancelled, std::optional<JobRecord>)> answer) = 0;
};

}  // namespace holdline
