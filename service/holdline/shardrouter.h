// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/wire/problem.h"
#include "service/holdline/remoteexchange.h"
#include "service/holdline/shardletters.h"
#include "service/holdline/shardplan.h"

#include "service/holdline/jobdirectory.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace holdline {

class Bridge;
class RecoveredPlaces;

/// Where a shard is among the others.
struct ShardPlace
{
    int index = 0;
    HomeShards homes;
    std::vector<ShardBox *> boxes;               ///< of all shards, by index; they outlive them
    const RecoveredPlaces *recovered = nullptr;  ///< null: none was; outlives them
};

/// Brings what arrives at this shard to the Bridge it belongs to: a start to the shard its account lives on,
/// a callback to the one its token names. What belongs here goes straight to this shard's Bridge; the rest
/// goes by letter, and its answer comes back by letter, exactly once. With one shard there are no letters.
///
/// A client that half-closes (FIN) after its request counts as gone while an answer is awaited from another
/// shard, so it gets one only where its own shard can tell at once; see "The gate" in architecture.md.
///
/// Life: the Bridge must outlive it. What is still on its way when it is destroyed is dropped without an
/// answer: its connections must be closed then. Thread: its shard's.
class ShardRouter : public QObject, private RemoteExchangeKeeper
{
    Q_OBJECT

public:
    ShardRouter(Bridge &bridge, ShardPlace place, QObject *parent = nullptr);
    ~ShardRouter() override;

    // From the front.
    void start(const http::Request &request, std::unique_ptr<Exchange> exchange);
    void callback(const http::Request &request, std::unique_ptr<Exchange> exchange);

    // From the other shards.
    void receive(StartLetter &&letter);
    void receive(CallbackLetter &&letter);
    void receive(GoneLetter &&letter);
    void receive(AnswerLetter &&letter);

    /// Of requests that went to another shard and wait for its answer.
    int awayCount() const { return static_cast<int>(m_away.size()); }

Q_SIGNALS:
    void startForwarded();
    void callbackForwarded();
    /// A start that its shard cannot take any more, because the service ends.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    void answered(RemoteExchange &exchange, const http::Response &response) override;
    PassageId send(int shard, std::unique_ptr<Exchange> exchange);
    bool post(int shard, ShardLetter letter);
    void refuse(PassageId id, const Problem &problem);
    /// For a request that came by letter.
    std::unique_ptr<Exchange> standIn(PassageId id);

    struct Away
    {
        std::unique_ptr<Exchange> exchange;
        int shard = 0;
    };

    Bridge &m_bridge;
    const ShardPlace m_place;
    std::uint64_t m_lastPassage = 0;
    /// Requests from here that are held or answered elsewhere.
    std::unordered_map<std::uint64_t, Away> m_away;
    /// Requests from elsewhere that are held here, by the shard they come from.
    std::vector<std::unordered_map<std::uint64_t, RemoteExchange *>> m_guests;
};

}  // namespace holdline
