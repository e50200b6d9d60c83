// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/shards/shardmessages.h"

namespace holdline {

class RemoteExchange;

/// The function of a shard that its RemoteExchanges call.
class RemoteResponseSink
{
public:
    virtual ~RemoteResponseSink() = default;
    /// Sends the answer to the shard of the connection and ends the exchange.
    virtual void answered(RemoteExchange &exchange, const http::Response &response) = 0;
};

/// An exchange whose client is connected to another shard. Supports complete answers only. Routes that answer
/// in pieces run in the shard of the connection.
///
/// Lifetime: ShardRouter makes one for each start request and callback that arrived as a message. The object
/// that answers owns the exchange. The exchange ends with the answer, when the client is gone (leave()) or
/// when its own shard is destroyed (detach()).
class RemoteExchange : public Exchange
{
    Q_OBJECT

public:
    RemoteExchange(RemoteResponseSink &sink, CorrelationId id) : m_sink(&sink), m_id(id) {}
    ~RemoteExchange() override;

    void answer(const http::Response &response) override;
    bool isOpen() const override { return m_sink != nullptr; }

    CorrelationId id() const { return m_id; }

    // Called by ShardRouter.
    /// Called when the client is gone. Emits clientGone(). Later answers are ignored.
    void leave();
    void detach() { m_sink = nullptr; }

private:
    RemoteResponseSink *m_sink;
    const CorrelationId m_id;
};

}  // namespace holdline
