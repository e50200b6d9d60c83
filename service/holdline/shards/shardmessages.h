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

/// A start of a client whose account belongs to the receiving shard.
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

/// A registered callback whose job belongs to the receiving shard. It was read where it arrived.
struct RegisteredDelivery
{
    CorrelationId id;
    JobKey job = 0;
    RegisteredCallback callback;
};

/// The client of an earlier StartMessage left. An answer may have crossed this message.
struct ClientGoneMessage
{
    CorrelationId id;
};

/// The one answer to a start or callback, for the shard where it arrived.
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

/// Open requests bound the messages in flight. Each has one start or callback, one ClientGoneMessage and one
/// answer.
using ShardMessage = std::variant<StartMessage, CallbackDelivery, RegisteredDelivery, ClientGoneMessage,
                                  ResponseMessage, ShardTask>;
using ShardBox = Mailbox<ShardMessage>;

}  // namespace holdline
