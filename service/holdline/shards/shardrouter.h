// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/holdline/shards/remoteexchange.h"
#include "service/holdline/shards/shardmessages.h"
#include "service/holdline/shards/shardplan.h"

#include "service/holdline/ports/jobdirectory.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace holdline {

class JobCoordinator;
class RecoveredJobs;

/// Where a shard is among the others.
struct ShardContext
{
    int index = 0;
    AccountShards accountShards;
    std::vector<ShardBox *> boxes;             ///< of all shards, by index; they outlive them
    const RecoveredJobs *recovered = nullptr;  ///< null: none was; outlives them
};

/// Brings what arrives at this shard to the coordinator it belongs to: a start to the shard its account lives
/// on, a callback to the one its token names. What belongs here goes straight to this shard's JobCoordinator;
/// the rest goes by message, and its answer comes back by message, exactly once. With one shard there are no
/// letters.
///
/// A client that half-closes (FIN) after its request counts as gone while an answer is awaited from another
/// shard, so it gets one only where its own shard can tell at once; see "The listener" in architecture.md.
///
/// Life: the coordinator must outlive it. What is still on its way when it is destroyed is dropped without an
/// answer: its connections must be closed then. Thread: its shard's.
class ShardRouter : public QObject, private RemoteResponseSink
{
    Q_OBJECT

public:
    ShardRouter(JobCoordinator &coordinator, ShardContext place, QObject *parent = nullptr);
    ~ShardRouter() override;

    // From the front.
    void start(const http::Request &request, std::unique_ptr<Exchange> exchange);
    void callback(const http::Request &request, std::unique_ptr<Exchange> exchange);

    RequestHandler startHandler();
    RequestHandler callbackHandler();

    // From the other shards.
    void receive(StartMessage &&message);
    void receive(CallbackDelivery &&message);
    void receive(ClientGoneMessage &&message);
    void receive(ResponseMessage &&message);

    /// Of requests that went to another shard and wait for its answer.
    int forwardedCount() const { return static_cast<int>(m_forwarded.size()); }

Q_SIGNALS:
    void startForwarded();
    void callbackForwarded();
    /// A start that its shard cannot take any more, because the service ends.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    void answered(RemoteExchange &exchange, const http::Response &response) override;
    CorrelationId send(int shard, std::unique_ptr<Exchange> exchange);
    bool post(int shard, ShardMessage message);
    void refuse(CorrelationId id, const Problem &problem);
    /// For a request that came by message.
    std::unique_ptr<Exchange> makeRemoteExchange(CorrelationId id);

    struct ForwardedRequest
    {
        std::unique_ptr<Exchange> exchange;
        int shard = 0;
    };

    JobCoordinator &m_coordinator;
    const ShardContext m_place;
    std::uint64_t m_lastCorrelation = 0;
    /// Requests from here that are held or answered elsewhere.
    std::unordered_map<std::uint64_t, ForwardedRequest> m_forwarded;
    /// Requests from elsewhere that are held here, by the shard they come from.
    std::vector<std::unordered_map<std::uint64_t, RemoteExchange *>> m_remotes;
};

}  // namespace holdline
