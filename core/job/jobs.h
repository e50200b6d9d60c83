// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"

#include <deque>
#include <functional>
#include <unordered_map>

namespace holdline {

/// The registry of all jobs of a shard. Settled jobs stay for a while, so that late and duplicate callbacks
/// are recognised and late results are retained. Only apply() changes the status of a job. The caller carries
/// out the actions that apply() returns.
///
/// A settled job with a start request in flight is not forgotten, whatever the limits, because its turn in
/// the lane must still end. References to a Job stay valid until expire() or make(). Not thread-safe.
class Jobs
{
public:
    struct Limits
    {
        int retained = 10'000;                           ///< most settled jobs
        std::int64_t retainedBytes = 64 * 1024 * 1024;   ///< bytes of all late results together
        std::chrono::milliseconds retainedFor{600'000};  ///< how long a settled job is retained
    };

    explicit Jobs(const Limits &limits, std::uint8_t node = 0, std::uint8_t shard = 0)
        : m_limits(limits), m_node(node), m_shard(shard)
    {
    }

    void setLimits(const Limits &limits) { m_limits = limits; }
    /// Sets a function that is called for each job just before the job is forgotten.
    void setForgetting(std::function<void(const Job &)> forgetting) { m_forgetting = std::move(forgetting); }

    /// Makes a job with a new id and, unless `passThrough`, a new callback token. find() and findByToken()
    /// find the job from now on.
    Job &make(const QByteArray &account, bool passThrough, TimePoint now, TimePoint deadline);
    /// Restores a job of an earlier process, with a new key and its old id and token. The times of the job
    /// are computed from JobRecord::made, or from the time of day when that is empty. Returns null when the
    /// token is invalid or belongs to another job.
    Job *restore(const JobRecord &record, TimePoint now);
    /// Returns null when the job is unknown.
    Job *find(JobKey key);
    const Job *find(JobKey key) const;
    /// Returns the job with this token; null when there is none. Compares the secret in constant time.
    Job *findByToken(QByteArrayView tokenText);

    /// Calls step() (jobmachine.h), and stores the new status and times in `job`. A settled job need not be
    /// in this registry.
    JobStep apply(Job &job, JobEvent event, TimePoint now);
    /// Retains the body of a late callback. Returns false when retainedBytes would be exceeded.
    bool keepResult(Job &job, const QByteArray &body);
    /// Forgets settled jobs that are too old or too many. Call it about once a second. Between two calls
    /// make() forgets jobs that are too many.
    void expire(TimePoint now);

    /// Number of jobs that are not settled.
    int heldCount() const { return m_held; }
    /// The largest heldCount() so far.
    int heldPeak() const { return m_heldPeak; }
    /// Number of settled jobs without a start request in flight.
    int retainedCount() const { return static_cast<int>(m_retained.size()); }
    std::int64_t retainedResultBytes() const { return m_retainedResultBytes; }
    /// Keys of all jobs that are not settled, oldest first.
    std::vector<JobKey> heldKeys() const;
    /// Returns the `most` last settled jobs without a start request in flight, oldest first.
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
    std::deque<JobKey> m_retained;  ///< settled jobs without a start request in flight, oldest first
    int m_held = 0;
    int m_heldPeak = 0;
    std::int64_t m_retainedResultBytes = 0;
};

}  // namespace holdline
