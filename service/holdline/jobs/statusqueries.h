// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "core/telemetry/metrics.h"
#include "service/holdline/apis/routetable.h"
#include "service/holdline/jobs/livejobs.h"

#include <QObject>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

namespace holdline {

/// Asks upstreams for the status of jobs, and cancels jobs there, where the profile of their route says how.
/// A job is asked about when its callback is late, when a callback without a result came, or because its API
/// has no callbacks. The pauses between requests grow, each changed at random by up to a fifth. A Retry-After
/// of the upstream is used instead of the pause.
///
/// At most kMaxInFlight requests about jobs are under way at once; further jobs wait in a queue for each
/// upstream. The upstreams take turns, and none may use all kMaxInFlight requests when there are several. An
/// upstream is not asked while its circuit is open. Requests that cancel jobs do not wait. They are dropped
/// when 4 * kMaxInFlight requests are under way.
///
/// Life: all arguments must outlive this object, and the handlers must stay callable. Thread: one, with an
/// event loop.
class StatusQueries : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kMaxInFlight = 64;
    /// The most requests in flight, status and cancel requests together. Beyond it no cancel request is sent.
    static constexpr std::size_t kMaxCalls = 256;
    /// Limits of the cancel requests that wait for the answer to their start request: their number, and the
    /// bytes of their clients' bodies. Beyond these limits a cancel request is not sent.
    static constexpr std::size_t kMaxWaiting = 1000;
    static constexpr qsizetype kMaxWaitingBytes = 16 * 1024 * 1024;

    struct Handler
    {
        /// Called when the upstream has answered about this job. A final report contains the result.
        std::function<void(JobKey, const StartResult &)> answered;
        /// Returns whether requests may be sent to the upstream of this job now.
        std::function<bool(const Job &)> mayAsk;
        /// Called when an attempt to cancel a job has ended. `status` is the HTTP status of the answer, 0
        /// without an answer.
        std::function<void(JobKey, UpstreamCancel, int status)> cancelled;
    };

    StatusQueries(const Jobs &jobs, LiveJobs &live, const RouteTable &routes, JobStarter &caller,
                  Handler handler);

    /// Returns whether the upstream is asked about this job while it runs.
    bool asksAbout(const Job &job) const;
    /// Call it when the job runs. The first request is sent after the pause that the profile says.
    void begin(const Job &job);
    /// Asks about the job at once, because a callback said that it has ended and the result must be fetched.
    void askNow(const Job &job);
    /// Asks about a job that has ended here, and fetches its result. The job need not be in memory. `values`
    /// and `start` come from its record. `done` gets the upstream's last answer. Returns false, without
    /// calling `done`, when no request can be sent now.
    bool askLate(const Job &job, const QueryValues &values, const PendingStart &start,
                 std::function<void(const StartResult &)> done);
    /// Call it when the job has ended: the job is no longer asked about.
    void stop(JobKey job);
    /// Cancels the job at the upstream, when its profile has a request for that and wants it for this reason.
    /// While the job's start request is in flight, the cancel request waits for the answer, because the
    /// answer names the job. No request is sent when kMaxCalls requests are in flight, or when the upstream's
    /// job id is unknown.
    void cancel(const Job &job, const LiveJob &live, CancelReason reason);
    /// Call it when the start request of a job has ended. Sends the waiting cancel request of this job, if
    /// the job may run.
    void endStart(JobKey job, const StartResult &result);

    /// Number of requests under way, those that cancel included.
    int inFlight() const { return static_cast<int>(m_calls.size()); }
    std::uint64_t askedTotal() const { return m_asked; }

private:
    enum class Kind : std::uint8_t { Status, Result, Cancel };
    /// The data for requests about a job that has ended.
    struct LateQuestion
    {
        QByteArray route;
        QueryValues values;
        PendingStart start;
        std::function<void(const StartResult &)> done;
    };
    struct Call
    {
        JobKey job = 0;
        Kind kind = Kind::Status;
        QByteArray upstream;
        std::shared_ptr<const LateQuestion> late{};  ///< null for a job that has not ended
    };
    /// The requests to one upstream.
    struct Questions
    {
        std::deque<JobKey> due;  ///< jobs to ask about as soon as the limits allow
        int inFlight = 0;        ///< number of requests under way
    };
    /// A cancel request that waits for the id of its job.
    struct WaitingCancel
    {
        PendingStart start;
        CancelReason reason{};
    };
    struct Asked
    {
        int times = 0;          ///< number of requests about the job so far
        bool inFlight = false;  ///< a request about the job is under way
        bool again = false;     ///< askNow() was called while a request was under way
    };

    void due(JobKey job);
    void askNext();
    std::optional<JobKey> takeDue();
    bool hasRoom(int inFlight) const;
    QByteArray upstreamOf(JobKey job) const;
    void callEnded(const QByteArray &upstream);
    bool ask(JobKey key, Kind kind);
    bool sendLate(std::shared_ptr<const LateQuestion> late, Kind kind);
    void send(StartCall call, Call about);
    void sendCancel(const Job &job, const Route &route, const PendingStart &start);
    void onFinished(JobStarter::Ticket ticket, const StartResult &result);
    void askLater(JobKey job, const std::optional<std::chrono::milliseconds> &retryAfter);

    const Jobs &m_jobs;
    LiveJobs &m_live;
    const RouteTable &m_routes;
    JobStarter &m_caller;
    Handler m_handler;
    std::unordered_map<JobKey, Asked> m_asking;
    std::map<QByteArray, Questions> m_questions;  ///< by upstream; only upstreams with a due or sent request
    QByteArray m_lastUpstream;                    ///< the upstream that had the last turn
    std::unordered_map<JobStarter::Ticket, Call> m_calls;
    JobStarter::Ticket m_lastTicket = 0;
    std::unordered_map<JobKey, WaitingCancel> m_waiting;  ///< by job; at most kMaxWaiting
    qsizetype m_waitingBytes = 0;  ///< bytes of the bodies in m_waiting; at most kMaxWaitingBytes
    std::uint64_t m_asked = 0;
    DeadlineTimer<JobKey> m_times;
};

}  // namespace holdline
