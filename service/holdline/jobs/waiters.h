// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/job/reason.h"
#include "service/holdline/jobs/livejobs.h"

#include <compare>
#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// Names one waiter. An id is never used again.
struct WaiterId
{
    JobKey job = 0;
    std::uint64_t number = 0;

    friend auto operator<=>(const WaiterId &, const WaiterId &) = default;
};

}  // namespace holdline

template <>
struct std::hash<holdline::WaiterId>
{
    std::size_t operator()(const holdline::WaiterId &id) const noexcept { return id.number; }
};

namespace holdline {

/// How one request ended, when it is not the only request of its job: it waited for a durable job, or
/// replayed one.
struct RequestEnd
{
    Reason reason = Reason::InternalError;
    int status = 0;  ///< status of the answer, 499 when the client had left
    QByteArray job;
    QByteArray account;
    QByteArray requestId;
    QByteArray client;
    Duration took{};
    bool joined = false;  ///< joined an existing job
    QByteArray route{};   ///< name of the job's route; empty for the usual one
};

/// The clients that wait for jobs: one for a plain job, any number for a durable one. The LiveJob holds
/// the list. This class adds and answers waiters, and reports their deadlines and departures.
///
/// Life: the jobs must outlive it, and the handlers must stay callable. An exchange that is destroyed
/// without an answer answers 500. Thread: one, with an event loop.
class Waiters : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// The deadline of a waiter has passed. The waiter stays until it is taken. Called once
        /// per waiter, never from add().
        std::function<void(LiveJob &, Waiter &)> due;
        /// A client left. It is already removed from the list.
        std::function<void(LiveJob &, const Waiter &)> gone;
    };

    Waiters(LiveJobs &jobs, Handler handler);

    /// Without a deadline the client waits as long as its job is live.
    WaiterId add(LiveJob &job, Waiter &&waiter, std::optional<TimePoint> deadline);
    /// Empty when the waiter is gone.
    std::optional<Waiter> take(LiveJob &job, std::uint64_t number);
    /// All waiters, in order of arrival.
    WaiterList takeAll(LiveJob &job);
    /// The waiters whose deadline has passed, in order of arrival.
    std::vector<Waiter> takeDue(LiveJob &job);

    /// Sends the answer to one waiter. The response names the job in `Holdline-Job`. A `Location` gets the
    /// waiter's link base.
    void answer(Waiter &waiter, const http::Response &response, Reason reason, const QByteArray &account);

    int count() const { return m_count; }

Q_SIGNALS:
    /// A request ended by answer().
    void answered(const holdline::RequestEnd &end);

private:
    void left(WaiterId id);

    LiveJobs &m_jobs;
    Handler m_handler;
    std::uint64_t m_last = 0;
    int m_count = 0;
    DeadlineTimer<WaiterId> m_deadlines;
};

}  // namespace holdline
