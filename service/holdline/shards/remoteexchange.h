// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/shards/shardmessages.h"

namespace holdline {

class RemoteExchange;

/// What a RemoteExchange needs of the shard it is in.
class RemoteResponseSink
{
public:
    virtual ~RemoteResponseSink() = default;
    /// Sends the answer to where the request came from; the exchange is over.
    virtual void answered(RemoteExchange &exchange, const http::Response &response) = 0;
};

/// An exchange whose client is connected to another shard.
///
/// It takes whole answers only: what is answered in pieces is served where the connection is.
///
/// Life: made by ShardRouter for each start that came by message, owned by whoever answers. It is over with
/// the answer, with the client (leave()), or with its own shard (detach()), when nobody can be told any more.
class RemoteExchange : public Exchange
{
    Q_OBJECT

public:
    RemoteExchange(RemoteResponseSink &sink, CorrelationId id) : m_sink(&sink), m_id(id) {}
    ~RemoteExchange() override;

    void answer(const http::Response &response) override;
    bool isOpen() const override { return m_sink != nullptr; }

    CorrelationId id() const { return m_id; }

    // For the keeper.
    /// The client has left: says so, and drops whatever is answered from now on.
    void leave();
    void detach() { m_sink = nullptr; }

private:
    RemoteResponseSink *m_sink;
    const CorrelationId m_id;
};

}  // namespace holdline
