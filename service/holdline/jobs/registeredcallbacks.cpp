// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/registeredcallbacks.h"

#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Stands in for the exchange of a callback whose sender was answered already.
class AnsweredExchange final : public Exchange
{
public:
    void answer(const http::Response &) override {}
    bool isOpen() const override { return false; }
};

/// Makes a ReceivedCallback that refers to `callback`, which must outlive it.
ReceivedCallback receivedOf(const RegisteredCallback &callback, const RouteTable &routes,
                            std::unique_ptr<Exchange> exchange)
{
    ReceivedCallback received{callback.route, callback.request, std::move(exchange), callback.suffix};
    received.isRegistered = true;
    received.hasWaited = callback.hasWaited;
    received.route = routes.byName(callback.route);
    received.message = callback.message;
    received.replayKey = callback.replayKey;
    return received;
}

/// Answers a callback whose route is null, because a reload removed the route while the callback waited.
/// Returns whether the callback was answered.
bool lacksRoute(const Route *route, Exchange &exchange)
{
    if (!route)
        exchange.answer(http::problemResponse(routeIsGone()));
    return !route;
}

}  // namespace

RegisteredCallbacks::RegisteredCallbacks(std::uint8_t shard, Jobs &jobs, const RouteTable &routes,
                                         JobStore &store, CallbackReceiver &receiver, RegisteredJobs &shared,
                                         Handler handler)
    : m_shard(shard),
      m_jobs(jobs),
      m_routes(routes),
      m_store(store),
      m_receiver(receiver),
      m_shared(shared),
      m_listener(shared.join([this] {
          QMetaObject::invokeMethod(this, &RegisteredCallbacks::lookAgain, Qt::QueuedConnection);
      })),
      m_handler(std::move(handler))
{
}

RegisteredCallbacks::~RegisteredCallbacks()
{
    m_shared.leave(m_listener);
}

void RegisteredCallbacks::receive(const Route &route, QByteArrayView suffix, const http::Request &request,
                                  std::unique_ptr<Exchange> exchange, ReceivedCallback::Wait wait)
{
    const Number number = m_shared.arrive();
    ReceivedCallback received{route.name(), request, std::move(exchange), suffix, wait};
    received.isRegistered = true;
    if (!m_receiver.read(route, {}, {}, received))
        return;
    find(number,
         {route.name(), suffix.toByteArray(), request, std::move(received.message),
          std::move(received.replayKey)},
         std::move(received.exchange));
}

void RegisteredCallbacks::receiveAgain(WaitingCallback waited, ReceivedCallback::Wait wait)
{
    const Route *route = m_routes.registered(waited.token);
    if (!lacksRoute(route, *waited.exchange))
        receive(*route, waited.suffix, waited.request, std::move(waited.exchange), wait);
}

void RegisteredCallbacks::find(Number number, RegisteredCallback callback, std::unique_ptr<Exchange> exchange)
{
    using Answer = RegisteredJobs::Answer;
    const QByteArray &id = callback.message.id;
    const bool mayWait = hasRoom(bytesOf(callback.request));
    RegisteredJobs::Place place;
    Answer answer = Answer::Unknown;
    // A callback that only tests the address, or reports something other than a job, contains no id.
    if (!id.isEmpty())
        answer = mayWait ? m_shared.findOrWait(callback.route, id, number, m_listener, place)
                         : m_shared.find(callback.route, id, number, place);
    if (answer == Answer::Known) {
        deliver(place, std::move(callback), std::move(exchange));
    } else if (answer == Answer::MayCome && mayWait) {
        wait(number, std::move(callback), std::move(exchange));
    } else if (answer == Answer::Unknown && !id.isEmpty()) {
        findStored(std::move(callback), std::move(exchange));
    } else {
        ReceivedCallback received = receivedOf(callback, m_routes, std::move(exchange));
        if (lacksRoute(received.route, *received.exchange))
            return;
        if (id.isEmpty())
            m_receiver.takeUnknown(received);
        else
            m_receiver.askAgain(received);
    }
}

void RegisteredCallbacks::deliver(const RegisteredJobs::Place &place, RegisteredCallback callback,
                                  std::unique_ptr<Exchange> exchange)
{
    if (place.shard != m_shard && m_forward)
        m_forward(place, std::move(callback), std::move(exchange));
    else
        take(place.key, std::move(callback), std::move(exchange));
}

void RegisteredCallbacks::take(JobKey key, RegisteredCallback callback, std::unique_ptr<Exchange> exchange)
{
    Job *job = m_jobs.find(key);
    // The job may have been forgotten while the callback moved between shards.
    if (!job) {
        findStored(std::move(callback), std::move(exchange));
        return;
    }
    ReceivedCallback received = receivedOf(callback, m_routes, std::move(exchange));
    if (lacksRoute(received.route, *received.exchange))
        return;
    m_receiver.take(*job, received);
    m_handler.taken();
}

// Callbacks that wait

bool RegisteredCallbacks::hasRoom(qsizetype bytes) const
{
    return m_waiting.size() < kMaxWaiting && m_waitingBytes + bytes <= kMaxWaitingBytes;
}

void RegisteredCallbacks::wait(Number number, RegisteredCallback callback, std::unique_ptr<Exchange> exchange)
{
    callback.hasWaited = true;
    const auto held = std::count_if(m_waiting.begin(), m_waiting.end(),
                                    [](const auto &one) { return one.second.exchange->isOpen(); });
    if (held >= m_handler.heldLimit()) {
        exchange->answer(http::problemResponse(notKnownYet()));
        exchange = std::make_unique<AnsweredExchange>();
    }
    m_waitingBytes += bytesOf(callback.request);
    m_waiting.emplace(number, Waiting{std::move(callback), std::move(exchange), Clock::now() + kMaxWait});
}

RegisteredCallbacks::Waiting RegisteredCallbacks::endWait(std::map<Number, Waiting>::iterator waiting)
{
    Waiting ended = std::move(waiting->second);
    m_waitingBytes -= bytesOf(ended.callback.request);
    m_waiting.erase(waiting);
    return ended;
}

void RegisteredCallbacks::lookAgain()
{
    for (const Number number : m_shared.take(m_listener)) {
        const auto waiting = m_waiting.find(number);
        if (waiting == m_waiting.end())
            continue;
        Waiting ended = endWait(waiting);
        find(number, std::move(ended.callback), std::move(ended.exchange));
    }
}

void RegisteredCallbacks::expire(TimePoint now)
{
    while (!m_waiting.empty() && m_waiting.begin()->second.until <= now) {
        const Number number = m_waiting.begin()->first;
        Waiting ended = endWait(m_waiting.begin());
        m_shared.giveUp(ended.callback.route, number);
        ReceivedCallback received = receivedOf(ended.callback, m_routes, std::move(ended.exchange));
        if (!lacksRoute(received.route, *received.exchange))
            m_receiver.askAgain(received);
    }
}

// Jobs that are only in the store

void RegisteredCallbacks::findStored(RegisteredCallback callback, std::unique_ptr<Exchange> exchange)
{
    if (!m_store.isAvailable()) {
        exchange->answer(http::problemResponse(notStored(m_store.errorString())));
        return;
    }
    // Shared, because a std::function must be copyable and an exchange is not.
    struct Looking
    {
        RegisteredCallback callback;
        std::unique_ptr<Exchange> exchange;
    };
    const auto looking = std::make_shared<Looking>(std::move(callback), std::move(exchange));
    m_store.findByUpstreamId(looking->callback.route, looking->callback.message.id,
                             [this, looking](std::optional<JobRecord> found) {
                                 onStoreLooked(looking->callback, std::move(looking->exchange),
                                               std::move(found));
                             });
}

void RegisteredCallbacks::onStoreLooked(RegisteredCallback &callback, std::unique_ptr<Exchange> exchange,
                                        std::optional<JobRecord> found)
{
    if (!found && !m_store.isAvailable()) {
        exchange->answer(http::problemResponse(notStored(m_store.errorString())));
        return;
    }
    RegisteredJobs::Place place;
    const bool isOpen = found && !found->isSettled();
    // The job may have been restored meanwhile.
    if (isOpen &&
        m_shared.find(callback.route, callback.message.id, 0, place) == RegisteredJobs::Answer::Known) {
        deliver(place, std::move(callback), std::move(exchange));
        return;
    }
    ReceivedCallback received = receivedOf(callback, m_routes, std::move(exchange));
    if (lacksRoute(received.route, *received.exchange))
        return;
    if (!found || found->expired) {
        m_receiver.takeUnknown(received);
        return;
    }
    Job job = jobOf(*found);
    received.record = &*found;
    m_receiver.take(job, received);
}

// Jobs

bool RegisteredCallbacks::concerns(const Job &job) const
{
    return m_routes.registered(job.route) != nullptr;
}

void RegisteredCallbacks::beginStart(Job &job)
{
    const Route *route = m_routes.registered(job.route);
    if (!route)
        return;
    endStart(job.key);
    m_starts.emplace(job.key, Start{job.route, m_shared.beginStart(job.route)});
    if (const QByteArray id = route->ownId(job.id); !id.isEmpty()) {
        job.upstreamId = id;
        add(job);
    }
}

void RegisteredCallbacks::endStart(JobKey key)
{
    const auto start = m_starts.extract(key);
    if (!start)
        return;
    if (const Job *job = m_jobs.find(key))
        add(*job);
    m_shared.endStart(start.mapped().route, start.mapped().number);
}

void RegisteredCallbacks::add(const Job &job)
{
    if (!job.upstreamId.isEmpty() && concerns(job))
        m_shared.add(job.route, job.upstreamId, placeOf(job));
}

void RegisteredCallbacks::remove(const Job &job)
{
    if (!job.route.isEmpty() && !job.upstreamId.isEmpty())
        m_shared.remove(job.route, job.upstreamId, placeOf(job));
}

}  // namespace holdline
