// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/job/jobs.h"
#include "service/holdline/ports/exchange.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace holdline {

/// Names one waiter; never used again.
using WaiterId = std::uint64_t;

/// A client that waits for a durable job: one of those that share it by its key, or the only one.
struct Waiter
{
    JobKey job = 0;
    std::unique_ptr<Exchange> exchange;
    TimePoint since{};
    QByteArray requestId;
    QByteArray client;  ///< the other end's address
    /// At its deadline it is told 202 and the job's address; otherwise 504.
    bool handOver = false;
    /// What was asked for, for `Preference-Applied`: "respond-async, wait=5".
    QByteArray preference;
    bool joined = false;  ///< came to a job that was there
    /// Its deadline has passed, and it is answered as soon as what it is told is durable.
    bool isDue = false;
};

/// The clients that wait for durable jobs, each with a deadline of its own. Waiters leave by take(), by
/// takeAll(), or because their client has gone.
///
/// Life: `due` and `gone` must be callable as long as it lives. Destroying it drops the exchanges, which
/// answers them 500. Thread: one, with an event loop.
class Waiters : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// The waiter's time is up; it stays until it is taken. Called once per waiter, never from add().
        std::function<void(WaiterId)> due;
        /// A client left; it is no waiter any more.
        std::function<void(const Waiter &)> gone;
    };

    explicit Waiters(Handler handler);
    ~Waiters() override;

    WaiterId add(Waiter waiter, TimePoint deadline);
    /// Nothing when it has gone.
    Waiter *find(WaiterId id);
    /// Nothing when it has gone.
    std::optional<Waiter> take(WaiterId id);
    /// All that wait for this job, in the order in which they came.
    std::vector<Waiter> takeAll(JobKey job);

    int count() const { return static_cast<int>(m_waiters.size()); }
    int countOf(JobKey job) const;
    /// In the order in which they came.
    std::vector<WaiterId> of(JobKey job) const;

private:
    void left(WaiterId id);

    Handler m_handler;
    WaiterId m_last = 0;
    std::unordered_map<WaiterId, Waiter> m_waiters;
    std::unordered_map<JobKey, std::vector<WaiterId>> m_byJob;
    DeadlineTimer<WaiterId> m_deadlines;
};

}  // namespace holdline
