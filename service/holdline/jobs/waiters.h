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

/// Identifies one waiter. An id is never used again.
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

/// How a request with a durable job ended: it waited for the job, or got the stored answer of the job. (The
/// end of a plain job is also the end of its only request.)
struct RequestEnd
{
    Reason reason = Reason::InternalError;
    int status = 0;  ///< HTTP status of the answer, 499 when the client left
    QByteArray job;  ///< id of the job
    QByteArray account;
    QByteArray requestId;
    QByteArray client;    ///< address of the client
    Duration took{};      ///< from the arrival of the request to its answer
    bool joined = false;  ///< joined an existing job
    QByteArray route{};   ///< name of the job's route; empty for the usual route
};

/// Adds and answers the clients that wait for jobs, and reports when their deadline passes or they leave. A
/// plain job has one waiter, a durable job any number. The list of waiters is in the LiveJob.
///
/// Life: the jobs must outlive this object, and the handlers must stay callable. A waiter that is destroyed
/// without an answer answers 500 (see Exchange). Thread: one, with an event loop.
class Waiters : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// Called once when the deadline of a waiter has passed, never from add(). The waiter stays in the
        /// list until it is taken.
        std::function<void(LiveJob &, Waiter &)> due;
        /// Called when a client has left. Its waiter is already removed from the list.
        std::function<void(LiveJob &, const Waiter &)> gone;
    };

    Waiters(LiveJobs &jobs, Handler handler);

    /// Adds a waiter. Without a deadline the client waits as long as its job is live.
    WaiterId add(LiveJob &job, Waiter &&waiter, std::optional<TimePoint> deadline);
    /// Removes and returns this waiter. Empty when the waiter is gone.
    std::optional<Waiter> take(LiveJob &job, std::uint64_t number);
    /// Removes and returns all waiters, in order of arrival.
    WaiterList takeAll(LiveJob &job);
    /// Removes and returns the waiters with Waiter::isDue, in order of arrival.
    std::vector<Waiter> takeDue(LiveJob &job);

    /// Sends the response to one waiter that was taken, and emits answered(). The response must have the
    /// job's id in `Holdline-Job`. Waiter::links is put before a path in `Location`.
    void answer(Waiter &waiter, const http::Response &response, Reason reason, const QByteArray &account);

    /// Number of waiters of all jobs.
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
