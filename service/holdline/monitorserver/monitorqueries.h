// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "service/holdline/deadletters/deadletterservice.h"

#include <functional>

namespace holdline {
class JobDirectory;
}

namespace holdline::monitor {

/// Answers monitor queries about stored jobs and dead letters, and redrives or discards dead letters.
/// `answer` is called exactly once for each command. `store` and the DeadLetterService must outlive this
/// object. Thread: the main thread.
class MonitorQueries
{
public:
    using Answer = std::function<void(const Reply &)>;

    MonitorQueries(JobStore &store, DeadLetterService &deadLetters)
        : m_store(store), m_deadLetters(deadLetters)
    {
    }

    void result(const Command &command, Answer answer);
    static void journal(const Command &command, JobDirectory &jobs, const Answer &answer);
    void deadLetters(const Command &command, Answer answer);
    void deadLetter(const Command &command, Answer answer);
    void redrive(const Command &command, Answer answer);
    void discard(const Command &command, Answer answer);

private:
    JobStore &m_store;
    DeadLetterService &m_deadLetters;
};

}  // namespace holdline::monitor
