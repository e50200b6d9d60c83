// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/clock.h"
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
    Looked<std::vector<JobRecord>> found;
};
struct LettersAnswer
{
    std::uint64_t number = 0;
    Looked<std::vector<DeadLetter>> found;
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

using StoreAnswer = std::variant<WrittenAnswer, JobsAnswer, LettersAnswer, StatusAnswer, StateAnswer>;
/// Shared by a link, which closes it when it goes, and what it has asked and is not answered yet.
using AnswerBox = Mailbox<StoreAnswer>;

// What a link asks of the writer.

struct WriteLetter
{
    StoreWrite write;
    TimePoint asked{};
    std::uint64_t number = 0;
    std::shared_ptr<AnswerBox> from;
};
struct StatusLetter
{
    std::uint64_t number = 0;
    std::shared_ptr<AnswerBox> from;
};
/// It wants to hear of the state from now on, beginning with how it is.
struct JoinLetter
{
    std::shared_ptr<AnswerBox> from;
};
struct LeaveLetter
{
    std::shared_ptr<AnswerBox> from;
};
/// The reader cannot read, and says why.
struct TroubleLetter
{
    QString error;
};

using StoreLetter = std::variant<WriteLetter, StatusLetter, JoinLetter, LeaveLetter, TroubleLetter>;

/// What a link asks of the reader; it posts the answer itself.
using LookLetter = std::function<void(StoreReader &)>;

}  // namespace holdline
