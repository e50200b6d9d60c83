// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/holdline/apis/callbackpaths.h"
#include "service/holdline/shards/keepalives.h"
#include "service/holdline/shards/remoteexchange.h"
#include "service/holdline/shards/shardmessages.h"
#include "service/holdline/shards/shardplan.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace holdline {

class JobCoordinator;
class RecoveredJobs;
struct SharedCallbacks;

/// A shard's index and its access to the other shards.
struct ShardContext
{
    int index = 0;
    AccountShards accountShards;
    std::vector<ShardBox *> boxes;       ///< mailboxes of all shards, by index; they outlive the shard
    RecoveredJobs *recovered = nullptr;  ///< null without recovered jobs; outlives the shard
    std::shared_ptr<SharedCallbacks> callbacks{};  ///< shared by all shards
};

/// Passes each request of this shard to the right coordinator: a start request to its account's shard, a
/// callback to its token's shard. A callback to the registered address of a route is parsed in this shard and
/// passed to the shard that has its job. A request for this shard is passed to its coordinator directly. Any
/// other request is sent as a message, and its answer comes back as a message, exactly once. With one shard
/// there are no messages.
///
/// A client that half-closes (FIN) after its request counts as gone while another shard prepares the answer.
/// Such a client gets an answer only when its own shard answers at once, see "The listener" in
/// architecture.md.
///
/// Lifetime: the coordinator must outlive the router. The destructor drops forwarded requests without an
/// answer, so their connections must be closed before. Thread: its shard's.
class ShardRouter : public QObject, private RemoteResponseSink
{
    Q_OBJECT

public:
    ShardRouter(JobCoordinator &coordinator, ShardContext context, QObject *parent = nullptr);
    ~ShardRouter() override;

    /// Sets the paths at which callbacks are served.
    void setCallbackPaths(const CallbackPaths &paths) { m_callbackPaths = paths; }

    // Called by the front.
    void start(const http::Request &request, std::unique_ptr<Exchange> exchange);
    void callback(const http::Request &request, std::unique_ptr<Exchange> exchange);

    RequestHandler startHandler();
    RequestHandler callbackHandler();

    // Messages of the other shards.
    void receive(StartMessage &&message);
    void receive(CallbackDelivery &&message);
    void receive(RegisteredDelivery &&message);
    void receive(ClientGoneMessage &&message);
    void receive(ResponseMessage &&message);

    /// Returns the number of requests that wait for the answer of another shard.
    int forwardedCount() const { return static_cast<int>(m_forwarded.size()); }

Q_SIGNALS:
    void startForwarded();
    void callbackForwarded();
    /// A start request was refused because its shard is shutting down.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    void answered(RemoteExchange &exchange, const http::Response &response) override;
    /// Stores an exchange until another shard has answered.
    CorrelationId addForwarded(int shard, std::unique_ptr<Exchange> exchange);
    void forward(int shard, RegisteredDelivery delivery, std::unique_ptr<Exchange> exchange);
    bool post(int shard, ShardMessage message);
    void refuse(CorrelationId id, const Problem &problem);
    /// Makes the exchange of a request that came as a message.
    std::unique_ptr<Exchange> makeRemoteExchange(CorrelationId id);

    struct ForwardedRequest
    {
        std::unique_ptr<Exchange> exchange;
        int shard = 0;
    };

    /// Wraps an exchange so that its connection is kept alive, if the profile of its route says so. Otherwise
    /// returns it unchanged.
    std::unique_ptr<Exchange> keptAlive(const http::Request &request, const StartRequest &start,
                                        std::unique_ptr<Exchange> exchange);

    JobCoordinator &m_coordinator;
    const ShardContext m_context;
    CallbackPaths m_callbackPaths;
    KeepAlives m_keepAlives;
    std::uint64_t m_lastCorrelation = 0;
    /// Requests of this shard's clients that another shard handles.
    std::unordered_map<std::uint64_t, ForwardedRequest> m_forwarded;
    /// Requests of other shards' clients that this shard handles, by the index of the other shard.
    std::vector<std::unordered_map<std::uint64_t, RemoteExchange *>> m_remotes;
};

}  // namespace holdline
