// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobs.h"
#include "service/holdline/jobs/callbackreceiver.h"
#include "service/holdline/jobs/registeredjobs.h"

#include <QObject>

#include <functional>
#include <map>
#include <memory>

namespace holdline {

/// A callback that came to the address of a route, was read, and was proved to come from the upstream. Owns
/// all its data, so that it may wait or move to another shard.
struct RegisteredCallback
{
    QByteArray route;
    QByteArray suffix;  ///< the part of the path after the route's name, without the slash
    http::Request request;
    JobMessage message{};
    QByteArray replayKey{};  ///< see CheckedCallback
    bool hasWaited = false;  ///< it waited for the answer to a start request
};

/// Handles the registered callbacks of a shard: callbacks without a token, whose job is found by the
/// upstream's id of the job. Also enters the ids of this shard's jobs in RegisteredJobs.
///
/// A callback whose job is unknown waits while a start request is under way that was sent before the callback
/// came: the answer to that start request may contain the id. The sender gets no answer meanwhile, because a
/// callback that was answered 200 never comes again. The wait ends when those start requests have ended. The
/// limits are kMaxWaiting callbacks, kMaxWaitingBytes and kMaxWait. When a limit is reached, the sender gets
/// 503 and must send the callback again. Callbacks for other users' jobs at the same account wait too, and
/// are answered as accepted when no job with their id is found.
///
/// Waiting callbacks hold connections that other callbacks need. So they may hold at most half of
/// `limits.callback_connections`. The senders of further waiting callbacks get 503 at once, but these
/// callbacks wait all the same and still reach their jobs.
///
/// Life: all arguments must outlive this object, and the handlers must stay callable. Thread: one, with an
/// event loop.
class RegisteredCallbacks : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kMaxWaiting = 200;
    static constexpr qsizetype kMaxWaitingBytes = 8 * 1024 * 1024;
    static constexpr std::chrono::seconds kMaxWait{30};

    struct Handler
    {
        /// Returns how many connections waiting callbacks may hold.
        std::function<int()> heldLimit;
        /// Called when a callback has reached its job.
        std::function<void()> taken;
    };
    /// Sends a callback to its job in another shard.
    using Forward =
        std::function<void(const RegisteredJobs::Place &, RegisteredCallback, std::unique_ptr<Exchange>)>;

    RegisteredCallbacks(std::uint8_t shard, Jobs &jobs, const RouteTable &routes, JobStore &store,
                        CallbackReceiver &receiver, RegisteredJobs &shared, Handler handler);
    ~RegisteredCallbacks() override;

    /// Sets the function for jobs of other shards. Without it there is only one shard.
    void setForward(Forward forward) { m_forward = std::move(forward); }
    /// Sets a function that must make this thread call lookAgain(). It is called in any thread.
    void setWake(RegisteredJobs::Wake wake) { m_shared.setWake(m_listener, std::move(wake)); }

    // Callbacks

    /// Handles a callback at the address of this route: reads it, finds its job and answers it, at once or
    /// later. `suffix` is the part of the path after the route's name, without the slash.
    void receive(const Route &route, QByteArrayView suffix, const http::Request &request,
                 std::unique_ptr<Exchange> exchange,
                 ReceivedCallback::Wait wait = ReceivedCallback::Wait::Not);
    /// Receives a callback again that has waited for the keys that verify it.
    void receiveAgain(WaitingCallback waited, ReceivedCallback::Wait wait);
    /// Applies a callback to a job of this shard. Another shard has received and read the callback.
    void take(JobKey key, RegisteredCallback callback, std::unique_ptr<Exchange> exchange);
    /// Handles the callbacks whose wait is over.
    void lookAgain();
    /// Ends waits of more than kMaxWait. Call it about once a second.
    void expire(TimePoint now);
    /// Number of callbacks that wait now.
    int waitingCount() const { return static_cast<int>(m_waiting.size()); }

    // Jobs

    /// Returns whether callbacks find this job by the upstream's id.
    bool concerns(const Job &job) const;
    /// Call it when a start request is sent. Sets Job::upstreamId where the upstream lets us choose the id.
    void beginStart(Job &job);
    /// Call it when a start request has ended. Before, set Job::upstreamId when the answer names an id.
    void endStart(JobKey key);
    /// Enters the job's upstream id, for example after the job was restored.
    void add(const Job &job);
    /// Removes the job's upstream id. Call it before the job is forgotten.
    void remove(const Job &job);

private:
    using Number = RegisteredJobs::Number;
    struct Start
    {
        QByteArray route;
        Number number = 0;
    };
    struct Waiting
    {
        RegisteredCallback callback;
        std::unique_ptr<Exchange> exchange;
        TimePoint until{};
    };

    void find(Number number, RegisteredCallback callback, std::unique_ptr<Exchange> exchange);
    void deliver(const RegisteredJobs::Place &place, RegisteredCallback callback,
                 std::unique_ptr<Exchange> exchange);
    void wait(Number number, RegisteredCallback callback, std::unique_ptr<Exchange> exchange);
    Waiting endWait(std::map<Number, Waiting>::iterator waiting);
    void findStored(RegisteredCallback callback, std::unique_ptr<Exchange> exchange);
    void onStoreLooked(RegisteredCallback &callback, std::unique_ptr<Exchange> exchange,
                       std::optional<JobRecord> found);
    bool hasRoom(qsizetype bytes) const;
    RegisteredJobs::Place placeOf(const Job &job) const { return {m_shard, job.key}; }

    const std::uint8_t m_shard;
    Jobs &m_jobs;
    const RouteTable &m_routes;
    JobStore &m_store;
    CallbackReceiver &m_receiver;
    RegisteredJobs &m_shared;
    const int m_listener;
    Handler m_handler;
    Forward m_forward;
    std::unordered_map<JobKey, Start> m_starts;  ///< start requests under way
    std::map<Number, Waiting> m_waiting;         ///< callbacks in the order in which they came
    qsizetype m_waitingBytes = 0;
};

}  // namespace holdline
