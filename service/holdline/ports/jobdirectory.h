// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/jobrecord.h"

#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// Finds durable jobs for the jobs API: jobs of this shard, of other shards and stored jobs. Each call gets
/// exactly one answer, at once or later, in the calling thread. It does not find plain jobs (without a key
/// and not handed over).
class JobDirectory
{
public:
    using Found = std::function<void(std::optional<JobRecord>)>;
    using FoundAll = std::function<void(std::vector<JobRecord>)>;

    virtual ~JobDirectory() = default;

    /// False when the store may be unreadable. A job that is not found may then exist all the same. Call it
    /// inside the answer.
    virtual bool isComplete() const = 0;

    /// The answer is empty when the job never existed. See also JobRecord::expired.
    virtual void find(const QByteArray &id, Found found) = 0;
    /// Finds at most 100 jobs, newest first. An empty account means all accounts.
    virtual void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) = 0;
    /// Like find(), but answers later: when the record's revision is above `after`, when the job is settled,
    /// or at `until`. `until` is at most kMaxWatch away. A watch cannot be cancelled, so a longer wait needs
    /// several watches. A job that cannot be watched (only stored, or too many watches) is answered early
    /// with its current state. Ask again after a pause.
    virtual void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) = 0;
    static constexpr std::chrono::seconds kMaxWatch{10};

    /// NotStored: the store could not free the key of the job.
    enum class Cancelled : std::uint8_t { Done, NotFound, Expired, AlreadyEnded, NotStored };
    /// Ends a job. Frees its key when nobody knows whether it was started, also that of a job that has ended
    /// for this reason. Answers with the job's record after the call, when the job exists.
    virtual void cancel(const QByteArray &id,
                        std::function<void(Cancelled, std::optional<JobRecord>)> answer) = 0;
};

}  // namespace holdline
