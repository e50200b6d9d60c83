// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/mailbox.h"
#include "core/profile/startcodec.h"
#include "service/holdline/jobs/registeredcallbacks.h"
#include "service/http/message.h"

#include <cstdint>
#include <functional>
#include <variant>

namespace holdline {

class Shard;

/// Identifies a request by its shard of arrival (`from`) and a number. That shard never reuses the number.
struct CorrelationId
{
    int from = 0;
    std::uint64_t number = 0;
};

/// A client's request to start a job, whose account belongs to the receiving shard.
struct StartMessage
{
    CorrelationId id;
    http::Request request;
    StartRequest start;
};

/// A callback whose job belongs to the receiving shard.
struct CallbackDelivery
{
    CorrelationId id;
    QByteArray token;
    QByteArray suffix;
    http::Request request;
};

/// A callback to the registered address of a route, whose job belongs to the receiving shard. The shard where
/// it arrived has parsed it.
struct RegisteredDelivery
{
    CorrelationId id;
    JobKey job = 0;
    RegisteredCallback callback;
};

/// The client of an earlier forwarded request is gone. The answer may be on its way at the same time.
struct ClientGoneMessage
{
    CorrelationId id;
};

/// The only answer to a start request or callback, for the shard where the request arrived.
struct ResponseMessage
{
    CorrelationId id;
    http::Response response;
};

/// A call from the main thread or another shard, run in the receiving shard's thread.
struct ShardTask
{
    std::function<void(Shard &)> order;
};

/// The number of open requests bounds the messages in flight. Each request has one start or callback message,
/// at most one ClientGoneMessage and one answer.
using ShardMessage = std::variant<StartMessage, CallbackDelivery, RegisteredDelivery, ClientGoneMessage,
                                  ResponseMessage, ShardTask>;
using ShardBox = Mailbox<ShardMessage>;

}  // namespace holdline
