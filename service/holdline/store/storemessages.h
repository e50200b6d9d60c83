// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/eventloop/mailbox.h"
#include "service/holdline/store/storebackend.h"

#include <functional>
#include <memory>
#include <variant>

namespace holdline {

// What the store's threads tell a StoreLink; `number` names what it had asked.

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
/// To all links: it is available (no error) or no longer.
struct StateAnswer
{
    QString error;
};

using StoreAnswer = std::variant<WrittenAnswer, JobsAnswer, DeadLettersAnswer, StatusAnswer, StateAnswer>;
/// Shared by a link, which closes it when it goes, and what it has asked and is not answered yet.
using AnswerBox = Mailbox<StoreAnswer>;

// What a link asks of the writer.

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
/// It wants to hear of the state from now on, beginning with how it is.
struct SubscribeRequest
{
    std::shared_ptr<AnswerBox> from;
};
struct UnsubscribeRequest
{
    std::shared_ptr<AnswerBox> from;
};
/// The reader cannot read, and says why.
struct ReaderFailure
{
    QString error;
};

using StoreRequest =
    std::variant<WriteRequest, StatusRequest, SubscribeRequest, UnsubscribeRequest, ReaderFailure>;

/// What a link asks of the reader; it posts the answer itself.
using ReadRequest = std::function<void(StoreReader &)>;

}  // namespace holdline
