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

/// Names one waiter; never used again.
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

/// How a request ended that is not its job's only one: it waited for a durable job, or came for one.
struct RequestEnd
{
    Reason reason = Reason::InternalError;
    int status = 0;  ///< the answer's, 499 when the client had left
    QByteArray job;
    QByteArray account;
    QByteArray requestId;
    QByteArray client;
    Duration took{};
    bool joined = false;  ///< came to a job that was there already
};

/// The clients that wait for jobs: one for a plain job, any number for a durable one. They stand in their
/// LiveJob's list; this class adds them, answers them, and hears of their deadlines and of their leaving.
///
/// Life: the jobs must outlive it, and the handlers must be callable as long as it lives. An exchange that is
/// dropped unanswered answers 500. Thread: one, with an event loop.
class Waiters : public QObject
{
    Q_OBJECT

public:
    struct Handler
    {
        /// The waiter's time is up; it stays until it is taken. Called once per waiter, never from add().
        std::function<void(LiveJob &, Waiter &)> due;
        /// A client left; it is no waiter any more.
        std::function<void(LiveJob &, const Waiter &)> gone;
    };

    Waiters(LiveJobs &jobs, Handler handler);

    /// Without a deadline the client waits as long as its job lives.
    WaiterId add(LiveJob &job, Waiter &&waiter, std::optional<TimePoint> deadline);
    /// Nothing when it has gone.
    std::optional<Waiter> take(LiveJob &job, std::uint64_t number);
    /// In the order in which they came.
    WaiterList takeAll(LiveJob &job);
    /// Those that are due, in the order in which they came.
    std::vector<Waiter> takeDue(LiveJob &job);

    /// Sends the answer to a client that waited. `job` is what `Holdline-Job` says.
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
