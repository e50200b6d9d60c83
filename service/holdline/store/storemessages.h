// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/eventloop/mailbox.h"
#include "service/holdline/store/storebackend.h"

#include <functional>
#include <memory>
#include <variant>

namespace holdline {

// Answers of the store's threads to a StoreLink. `number` is the number of the request.

struct WrittenAnswer
{
    std::uint64_t number = 0;
    QString error;
};
struct JobsAnswer
{
    std::uint64_t number = 0;
    Result<std::vector<JobRecord>> found;
};
struct DeadLettersAnswer
{
    std::uint64_t number = 0;
    Result<std::vector<DeadLetter>> found;
};
struct StatusAnswer
{
    std::uint64_t number = 0;
    StoreStatus status;
};
/// Sent to all links: the store is available (no error) or unavailable.
struct StateAnswer
{
    QString error;
    bool replaced = false;  ///< the store has other data than before
};

/// The answer of one of the store's threads to a LifeSignRequest: the thread works.
struct LifeSign
{
};

using StoreAnswer =
    std::variant<WrittenAnswer, JobsAnswer, DeadLettersAnswer, StatusAnswer, StateAnswer, LifeSign>;
/// Shared by a link and its open requests. The link closes it in its destructor.
using AnswerBox = Mailbox<StoreAnswer>;

// Requests of a link to the writer.

struct WriteRequest
{
    StoreWrite write;
    TimePoint asked{};
    std::uint64_t number = 0;
    std::shared_ptr<AnswerBox> from;
};
struct StatusRequest
{
    std::uint64_t number = 0;
    std::shared_ptr<AnswerBox> from;
};
/// Subscribes to changes of the store's state. The first message is the current state.
struct SubscribeRequest
{
    std::shared_ptr<AnswerBox> from;
};
struct UnsubscribeRequest
{
    std::shared_ptr<AnswerBox> from;
};
struct LifeSignRequest
{
    std::shared_ptr<AnswerBox> from;
};
/// The reader failed with this error.
struct ReaderFailure
{
    QString error;
};

using StoreRequest = std::variant<WriteRequest, StatusRequest, SubscribeRequest, UnsubscribeRequest,
                                  LifeSignRequest, ReaderFailure>;

/// A request of a link to the reader. The function posts its answer itself.
using ReadRequest = std::function<void(StoreReader &)>;

}  // namespace holdline
