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

/// A callback that came to the address of a route, was read, and comes from the upstream. It owns its parts,
/// so that it may wait, or move to another shard.
struct RegisteredCallback
{
    QByteArray route;
    QByteArray suffix;  ///< what followed the route's name in the path
    http::Request request;
    JobMessage message{};
    QByteArray replayKey{};  ///< see CheckedCallback
    bool hasWaited = false;
};

/// The registered callbacks of a shard, and the upstream's ids of its jobs, by which they are found.
///
/// A callback whose job is unknown waits while a start is under way that left before it: the answer to that
/// start may name its id. Its sender gets no answer meanwhile, because a callback that was answered 200 never
/// comes again. The wait ends with those starts. It has three limits: kMaxWaiting callbacks,
/// kMaxWaitingBytes, and kMaxWait. Where these are reached, the sender gets 503 and comes again. Callbacks of
/// other people's jobs at the same account wait too, and are answered as taken when nothing claims them.
///
/// Waiting callbacks hold connections, which other callbacks need. So half of `limits.callback_connections`
/// may be held. The senders of further ones get 503, while their callbacks wait all the same.
///
/// Life: all arguments must outlive it, and the handlers must stay callable. Thread: one, with an event loop.
class RegisteredCallbacks : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kMaxWaiting = 200;
    static constexpr qsizetype kMaxWaitingBytes = 8 * 1024 * 1024;
    static constexpr std::chrono::seconds kMaxWait{30};

    struct Handler
    {
        /// Connections that waiting callbacks may hold.
        std::function<int()> heldLimit;
        /// A callback reached its job.
        std::function<void()> taken;
    };
    /// Sends a callback to its job in another shard.
    using Forward =
        std::function<void(const RegisteredJobs::Place &, RegisteredCallback, std::unique_ptr<Exchange>)>;

    RegisteredCallbacks(std::uint8_t shard, Jobs &jobs, const RouteTable &routes, JobStore &store,
                        CallbackReceiver &receiver, RegisteredJobs &shared, Handler handler);
    ~RegisteredCallbacks() override;

    void setForward(Forward forward) { m_forward = std::move(forward); }
    /// `wake` must make this thread call lookAgain(). It is called in any thread.
    void setWake(RegisteredJobs::Wake wake) { m_shared.setWake(m_listener, std::move(wake)); }

    // Callbacks

    /// Takes a callback at the address of this route.
    void receive(const Route &route, QByteArrayView suffix, const http::Request &request,
                 std::unique_ptr<Exchange> exchange,
                 ReceivedCallback::Wait wait = ReceivedCallback::Wait::Not);
    /// Takes a callback that waited for the keys that verify it.
    void receiveAgain(WaitingCallback waited, ReceivedCallback::Wait wait);
    /// Takes a callback that another shard has read, for a job of this shard.
    void take(JobKey key, RegisteredCallback callback, std::unique_ptr<Exchange> exchange);
    /// Takes the callbacks whose wait is over.
    void lookAgain();
    /// Ends waits that take too long. Call it about once a second.
    void expire(TimePoint now);
    int waitingCount() const { return static_cast<int>(m_waiting.size()); }

    // Jobs

    /// True when callbacks find this job by the upstream's id.
    bool concerns(const Job &job) const;
    /// A start leaves. Gives the job its id where the upstream lets us choose it.
    void beginStart(Job &job);
    /// The start is over, and the job has the id that its answer named.
    void endStart(JobKey key);
    /// The job was restored with its id.
    void add(const Job &job);
    /// The job is forgotten.
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
    std::unordered_map<JobKey, Start> m_starts;  ///< under way
    std::map<Number, Waiting> m_waiting;         ///< in the order in which they came
    qsizetype m_waitingBytes = 0;
};

}  // namespace holdline
