// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/exchange.h"
#include "service/holdline/shardletters.h"

namespace holdline {

class RemoteExchange;

/// What a RemoteExchange needs of the shard it is in.
class RemoteExchangeKeeper
{
public:
    virtual ~RemoteExchangeKeeper() = default;
    /// Sends the answer to where the request came from; the exchange is over.
    virtual void answered(RemoteExchange &exchange, const http::Response &response) = 0;
};

/// An exchange whose client is connected to another shard.
///
/// It takes whole answers only: what is answered in pieces is served where the connection is.
///
/// Life: made by ShardRouter for each start that came by letter, owned by whoever answers. It is over with
/// the answer, with the client (leave()), or with its own shard (detach()), when nobody can be told any more.
class RemoteExchange : public Exchange
{
    Q_OBJECT

public:
    RemoteExchange(RemoteExchangeKeeper &keeper, PassageId id) : m_keeper(&keeper), m_id(id) {}
    ~RemoteExchange() override;

    void answer(const http::Response &response) override;
    bool isOpen() const override { return m_keeper != nullptr; }

    PassageId id() const { return m_id; }

    // For the keeper.
    /// The client has left: says so, and drops whatever is answered from now on.
    void leave();
    void detach() { m_keeper = nullptr; }

private:
    RemoteExchangeKeeper *m_keeper;
    const PassageId m_id;
};

}  // namespace holdline
