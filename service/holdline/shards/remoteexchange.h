// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/shards/shardmessages.h"

namespace holdline {

class RemoteExchange;

/// The function that a RemoteExchange needs from its shard.
class RemoteResponseSink
{
public:
    virtual ~RemoteResponseSink() = default;
    /// Sends the answer to the shard of the connection. The exchange is over.
    virtual void answered(RemoteExchange &exchange, const http::Response &response) = 0;
};

/// An exchange whose client is connected to another shard. Takes whole answers only. Routes that answer in
/// pieces run in the shard of the connection.
///
/// Life: ShardRouter makes one for each start and callback that came as a message. The object that answers
/// owns it. It is over with the answer, with the client (leave()) or with its own shard (detach()).
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
    /// The client left. Emits clientGone() and ignores every later answer.
    void leave();
    void detach() { m_sink = nullptr; }

private:
    RemoteResponseSink *m_sink;
    const CorrelationId m_id;
};

}  // namespace holdline
