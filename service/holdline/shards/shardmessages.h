// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/mailbox.h"
#include "core/profile/startcodec.h"
#include "service/http/message.h"

#include <cstdint>
#include <functional>
#include <variant>

namespace holdline {

class Shard;

/// Names a request at the shard it arrived at, `from` that one; never used again there.
struct CorrelationId
{
    int from = 0;
    std::uint64_t number = 0;
};

/// A client's start whose account lives on the shard that is written to.
struct StartMessage
{
    CorrelationId id;
    http::Request request;
    StartRequest start;
};

/// A callback whose job lives there.
struct CallbackDelivery
{
    CorrelationId id;
    QByteArray token;
    http::Request request;
};

/// The client of an earlier StartMessage left; there may have been an answer that crossed this.
struct ClientGoneMessage
{
    CorrelationId id;
};

/// Back to where a start or a callback came from: its one answer.
struct ResponseMessage
{
    CorrelationId id;
    http::Response response;
};

/// From the main thread.
struct ShardTask
{
    std::function<void(Shard &)> order;
};

/// What is in flight is bounded by the requests that are open: one start or callback each, one hang-up, one
/// answer.
using ShardMessage =
    std::variant<StartMessage, CallbackDelivery, ClientGoneMessage, ResponseMessage, ShardTask>;
using ShardBox = Mailbox<ShardMessage>;

}  // namespace holdline
