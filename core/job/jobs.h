// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"

#include <deque>
#include <functional>
#include <unordered_map>

namespace holdline {

/// The registry of all jobs of a shard: held jobs, and for a while settled ones, so that late and
/// duplicate callbacks are recognised and late results are retained. Only apply() changes the status of a
/// job. The caller carries out the actions that apply() returns.
///
/// A settled job with a start in flight stays whatever the limits, because its turn must still end.
/// References to a Job stay valid until expire() or make(). Thread: one.
class Jobs
{
public:
    struct Limits
    {
        int retained = 10'000;                          ///< settled jobs
        std::int64_t retainedBytes = 64 * 1024 * 1024;  ///< late results, all together
        std::chrono::milliseconds retainedFor{600'000};
    };

    explicit Jobs(const Limits &limits, std::uint8_t node = 0, std::uint8_t shard = 0)
        : m_limits(limits), m_node(node), m_shard(shard)
    {
    }

    void setLimits(const Limits &limits) { m_limits = limits; }
    /// Called for each job that is forgotten, before that.
    void setForgetting(std::function<void(const Job &)> forgetting) { m_forgetting = std::move(forgetting); }

    /// Makes a job with an id and, unless it passes through, a callback token. Both can be found from
    /// now on.
    Job &make(const QByteArray &account, bool passThrough, TimePoint now, TimePoint deadline);
    /// Restores a job of an earlier process under a new key, with its old id and token. Its times
    /// follow from JobRecord::made. Only without that they follow from the wall clock. Returns null when
    /// its token is invalid or taken.
    Job *restore(const JobRecord &record, TimePoint now);
    /// Null when the job is unknown.
    Job *find(JobKey key);
    const Job *find(JobKey key) const;
    /// The job with this token. Compares the secret in constant time.
    Job *findByToken(QByteArrayView tokenText);

    /// Asks the machine, and stores the new status and times. An ended job may be outside of this registry.
    JobStep apply(Job &job, JobEvent event, TimePoint now);
    /// Retains the body of a late callback. False when the limit of bytes does not allow it.
    bool keepResult(Job &job, const QByteArray &body);
    /// Forgets settled jobs that are too old or too many. Call it about once a second. make() bounds
    /// the number in between.
    void expire(TimePoint now);

    /// Jobs that are not settled.
    int heldCount() const { return m_held; }
    /// The largest heldCount() so far.
    int heldPeak() const { return m_heldPeak; }
    /// Settled jobs without a start in flight.
    int retainedCount() const { return static_cast<int>(m_retained.size()); }
    std::int64_t retainedResultBytes() const { return m_retainedResultBytes; }
    /// Keys of all jobs that are not settled, oldest first.
    std::vector<JobKey> heldKeys() const;
    /// The last `most` jobs of those that retainedCount() counts, oldest first.
    std::vector<const Job *> lastRetained(int most) const;

private:
    void noteTimes(Job &job, const JobStatus &before, const JobStep &step, TimePoint now);
    void forgetSurplus();
    void forgetOldest();

    Limits m_limits;
    std::function<void(const Job &)> m_forgetting;
    std::uint8_t m_node;
    std::uint8_t m_shard;
    JobKey m_lastKey = 0;
    std::unordered_map<JobKey, Job> m_jobs;
    std::unordered_map<std::uint64_t, JobKey> m_byLookup;
    std::deque<JobKey> m_retained;  ///< settled without a start in flight, oldest first
    int m_held = 0;
    int m_heldPeak = 0;
    std::int64_t m_retainedResultBytes = 0;
};

}  // namespace holdline
