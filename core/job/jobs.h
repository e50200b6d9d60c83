// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/job.h"
#include "core/job/jobrecord.h"

#include <deque>
#include <unordered_map>

namespace holdline {

/// Every job this shard knows: those held, and for a while those that are settled, so that a late or
/// duplicate callback is recognised and a late result is kept. A job's status changes in apply() only. The
/// caller carries out the actions that apply() returns.
///
/// A settled job whose start is still under way is kept whatever the limits, or its turn could not be ended.
/// References to a Job stay valid until expire() or make() is called. Thread: one.
class Jobs
{
public:
    struct Limits
    {
        int retained = 10'000;                          ///< settled jobs remembered
        std::int64_t retainedBytes = 64 * 1024 * 1024;  ///< kept results, all together
        std::chrono::milliseconds retainedFor{600'000};
    };

    explicit Jobs(const Limits &limits, std::uint8_t node = 0, std::uint8_t shard = 0)
        : m_limits(limits), m_node(node), m_shard(shard)
    {
    }

    void setLimits(const Limits &limits) { m_limits = limits; }

    /// A new job with id and, unless it passes through, a callback token, findable from now on.
    Job &make(const QByteArray &account, bool passThrough, TimePoint now, TimePoint deadline);
    /// A job from before the service was started, with the id and token it had, under a new key; its times
    /// are what they were by the system's clock. nullptr when its token is no token or is taken.
    Job *restore(const JobRecord &record, TimePoint now);
    /// Nothing when there is no such job (any more).
    Job *find(JobKey key);
    const Job *find(JobKey key) const;
    /// The job whose token this is, secret and all, compared in constant time.
    Job *findByToken(QByteArrayView tokenText);

    /// Asks the machine, and notes the job's new status and times.
    JobStep apply(Job &job, JobEvent event, TimePoint now);
    /// Keeps the body of a late callback with its job; false when the limit on bytes does not allow it.
    bool keepResult(Job &job, const QByteArray &body);
    /// Forgets settled jobs that are too old or too many. Call it now and then, e.g. once a second; make()
    /// sees to the number too, so that it is bounded in between.
    void expire(TimePoint now);

    /// Jobs not settled yet.
    int heldCount() const { return m_held; }
    /// The most there were at once.
    int heldPeak() const { return m_heldPeak; }
    /// Settled ones that no start is under way for.
    int retainedCount() const { return static_cast<int>(m_retained.size()); }
    std::int64_t retainedResultBytes() const { return m_retainedResultBytes; }
    /// Keys of all jobs that are not settled, oldest first.
    std::vector<JobKey> heldKeys() const;
    /// Of those counted by retainedCount() the last `most`, in the order in which they came to be so.
    std::vector<const Job *> lastRetained(int most) const;

private:
    void noteTimes(Job &job, const JobStatus &before, const JobStep &step, TimePoint now);
    void forgetSurplus();
    void forgetOldest();

    Limits m_limits;
    std::uint8_t m_node;
    std::uint8_t m_shard;
    JobKey m_lastKey = 0;
    std::unordered_map<JobKey, Job> m_jobs;
    std::unordered_map<std::uint64_t, JobKey> m_byLookup;
    std::deque<JobKey> m_retained;  ///< settled and without a start in flight, in the order they became so
    int m_held = 0;
    int m_heldPeak = 0;
    std::int64_t m_retainedResultBytes = 0;
};

}  // namespace holdline
