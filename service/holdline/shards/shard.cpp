// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shard.h"

#include "core/config/callbackaddress.h"
#include "service/holdline/jobs/linkbase.h"
#include "service/holdline/routes/httpfront.h"
#include "service/holdline/shards/recoveredjobs.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

http::Limits frontLimits(const ShardPlan &plan)
{
    const auto &from = plan.config.limits;
    http::Limits limits;
    limits.maxConnections = plan.budget.clients;
    limits.reservedConnections = plan.budget.callbacks;
    limits.maxTargetBytes = from.targetBytes;
    limits.maxHeadBytes = from.headBytes;
    limits.maxFields = from.headFields;
    limits.maxBodyBytes = from.bodyBytes;
    limits.headTimeout = from.headTimeout;
    limits.bodyTimeout = from.bodyTimeout;
    limits.idleTimeout = from.idleTimeout;
    limits.writeTimeout = from.writeTimeout;
    limits.keepAlive = std::chrono::ceil<std::chrono::seconds>(from.keepAlive);
    limits.holdHalfClosed = plan.config.hold.halfClose == HalfClose::Hold;
    return limits;
}

PoolOptions poolOptions(const ShardPlan &plan)
{
    PoolOptions options;
    options.maxConnections = plan.budget.upstream;
    options.maxQueued = std::max(plan.config.lanes.startsInFlight, 1);
    options.scope = plan.config.upstream.connectionScope;
    options.connectTimeout = plan.config.upstream.connectTimeout;
    options.idleTimeout = plan.config.upstream.idleTimeout;
    options.keepAlive = std::chrono::ceil<std::chrono::seconds>(plan.config.limits.keepAlive);
    options.maxAnswerBytes = plan.config.upstream.maxAnswerBytes;
    options.tls = tlsFiles(plan.config);
    options.proxy = proxyOf(plan.config);
    return options;
}

std::chrono::seconds maxWait(const Config &config)
{
    return std::chrono::ceil<std::chrono::seconds>(config.hold.maxDeadline);
}

/// Returns the callback paths, which do not depend on the port.
CallbackPaths callbackPaths(const Config &config)
{
    CallbackAddress address = callbackAddress(config);
    return {std::move(address.paths), std::move(address.strippedPaths)};
}

}  // namespace

void ShardStatus::add(const ShardStatus &other)
{
    counters.add(other.counters);
    gauges.add(other.gauges);
    heldPeak += other.heldPeak;
    if (storeError.isEmpty())
        storeError = other.storeError;
}

Shard::Shard(const ShardPlan &plan, const ShardContext &context, Store &store,
             std::vector<JobRecord> recovered, LogSink &sink, QObject *parent)
    : QObject(parent),
      m_config(plan.config),
      m_box(*context.boxes[static_cast<std::size_t>(context.index)]),
      m_transport(plan.config.upstream.transport, poolOptions(plan)),
      m_upstream(m_transport.manager(), plan.config.upstream.url,
                 {plan.config.upstream.maxAnswerBytes, plan.config.retry.maxRetryAfter}),
      m_queries(m_transport.manager(), plan.config.upstream.url,
                {plan.config.upstream.maxAnswerBytes, plan.config.retry.maxRetryAfter}),
      m_credentials(plan.config, poolOptions(plan), context.index, context.boxes),
      m_authorisedStarts(m_upstream, m_credentials.known()),
      m_authorisedQueries(m_queries, m_credentials.known()),
      m_store(store),
      m_coordinator(plan.config, callbackAddress(plan.config).url, m_authorisedStarts, m_authorisedQueries,
                    m_store, static_cast<std::uint8_t>(context.index), context.callbacks),
      m_deadLetters(m_coordinator, m_store),
      m_feed(m_coordinator),
      m_recorder(sink, plan.config, m_coordinator),
      m_router(m_coordinator, context),
      m_directory(m_coordinator.directory(), context),
      m_api(m_directory),
      m_front(std::make_unique<HttpFront>(frontLimits(plan), callbackPaths(plan.config),
                                          m_router.startHandler(), m_router.callbackHandler()))
{
    if (context.boxes.size() > 1)
        m_recorder.setShard(context.index);
    m_coordinator.registered().setWake([&box = m_box] {
        box.post(ShardTask{[](Shard &shard) { shard.coordinator().registered().lookAgain(); }});
    });
    m_router.setCallbackPaths(callbackPaths(plan.config));
    m_recorder.watch(m_router);
    m_recorder.watch(*m_front);
    m_recorder.watch(m_api);
    m_api.setMaxWait(maxWait(plan.config));
    m_api.setAccountShare(plan.config.limits.accountShare);
    const auto linkBase = [this](const http::Request &request) {
        return linkBaseOf(m_config.server, request);
    };
    m_api.setLinkBase(linkBase);
    m_front->setLinkBase(linkBase);
    m_front->listener().setMemory(m_coordinator.memory());
    m_front->serve(m_api);
    m_front->serve(m_coordinator.routes());
    connect(&m_coordinator, &JobCoordinator::drained, this, &Shard::drained);
    connect(&m_feed, &monitor::MonitorFeed::waiting, this, &Shard::feedWaiting);
    m_coordinator.setCredentials(m_credentials.known());
    m_coordinator.recover(recovered);
    // Recovers jobs that could not be read when the process started.
    connect(&m_store, &JobStore::availabilityChanged, this,
            [this, accountShards = context.accountShards, index = context.index, moved = context.recovered] {
                const std::vector<JobRecord> late = m_store.takeLate(
                    [&](const JobRecord &record) { return accountShards.of(record.account) == index; });
                m_coordinator.recover(late);
                if (moved)
                    moved->add(late, accountShards);
            });
}

Shard::~Shard() = default;

bool Shard::began(bool listens)
{
    if (listens)
        m_coordinator.reload(m_config, callbackAddress(m_config, ports()).url);
    else
        m_error = m_front->listener().errorString();
    return listens;
}

bool Shard::listenOn(const std::vector<qintptr> &descriptors)
{
    bool listens = true;
    // All descriptors are taken, also after a failure.
    for (const qintptr descriptor : descriptors)
        listens = m_front->listener().listenOn(descriptor) && listens;
    return began(listens);
}

std::optional<std::vector<qintptr>> Shard::shareAddresses()
{
    auto descriptors = m_front->listener().shareAddresses();
    if (!descriptors)
        m_error = m_front->listener().errorString();
    return descriptors;
}

bool Shard::listenBeside(const std::vector<qintptr> &descriptors)
{
    return began(m_front->listener().listenBeside(descriptors));
}

std::vector<quint16> Shard::ports() const
{
    return m_front->listener().ports();
}

void Shard::open()
{
    m_box.open([this](ShardMessage &&message) { receive(std::move(message)); });
}

void Shard::receive(ShardMessage &&message)
{
    std::visit(
        [this](auto one) {
            if constexpr (std::is_same_v<decltype(one), ShardTask>)
                one.order(*this);
            else
                m_router.receive(std::move(one));
        },
        std::move(message));
}

void Shard::reload(const ShardPlan &plan)
{
    m_config = plan.config;
    m_transport.setOptions(poolOptions(plan));
    m_upstream.setUrl(plan.config.upstream.url);
    for (UpstreamClient *client : {&m_upstream, &m_queries})
        client->setLimits({plan.config.upstream.maxAnswerBytes, plan.config.retry.maxRetryAfter});
    m_front->listener().setLimits(frontLimits(plan));
    m_credentials.reload(plan.config, poolOptions(plan));
    m_coordinator.reload(plan.config, callbackAddress(plan.config, ports()).url);
    m_recorder.setConfig(plan.config);
    m_api.setMaxWait(maxWait(plan.config));
    m_api.setAccountShare(plan.config.limits.accountShare);
}

void Shard::leave()
{
    http::HttpListener &listener = m_front->listener();
    listener.stopListening();
    listener.closeIdle();
    m_api.endWaits();
    const auto look = [this, &listener] {
        if (listener.connectionCount() == 0 && !std::exchange(m_left, true))
            Q_EMIT left();
    };
    connect(&listener, &http::HttpListener::connectionClosed, this, look);
    look();
}

bool Shard::pauseLane(const QByteArray &account)
{
    const bool paused = m_coordinator.pauseLane(account);
    m_feed.laneChanged(account);
    return paused;
}

bool Shard::resumeLane(const QByteArray &account)
{
    const bool resumed = m_coordinator.resumeLane(account);
    m_feed.laneChanged(account);
    return resumed;
}

ShardStatus Shard::status() const
{
    ShardStatus status{m_recorder.counters(), m_recorder.gauges(), m_coordinator.jobs().heldPeak(),
                       m_store.errorString()};
    status.counters.joined = m_coordinator.joinedTotal();
    status.counters.statusRequests = m_coordinator.queries().askedTotal();
    status.counters.recovered = m_coordinator.recoveredTotal();
    status.counters.deadLettersStored = m_deadLetters.counts().stored;
    status.counters.deadLettersDropped = m_deadLetters.counts().dropped;
    m_credentials.report(status.counters, status.gauges);
    status.counters.tokensRefused = m_authorisedStarts.refusedTotal() + m_authorisedQueries.refusedTotal();
    status.counters.callbacksWithoutKeys = m_coordinator.callbacks().withoutKeysTotal();
    status.gauges.callbacksWaitingForKeys = m_coordinator.callbacks().waitingForKeys();
    status.gauges.callsWaitingForToken = m_authorisedStarts.waiting() + m_authorisedQueries.waiting();
    status.gauges.deadLettersWaiting = m_deadLetters.waiting();
    status.gauges.clientConnections = m_front->listener().connectionCount();
    status.gauges.apiWaiting = m_api.waitingCount();
    status.gauges.callbacksWaitingForStarts = m_coordinator.registered().waitingCount();
    status.gauges.upstreamConnections = m_transport.connectionCount();
    return status;
}

}  // namespace holdline
