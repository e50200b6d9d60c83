// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>

namespace holdline {

/// One callback that came. Never holds a whole token or a body.
struct LedgerEntry
{
    std::chrono::system_clock::time_point at{};
    CallbackOutcome word = CallbackOutcome::None;
    QByteArray job;         ///< the job's id where the token named one
    QByteArray upstreamId;  ///< the id the callback claimed, where it could be read
    QByteArray client;
    qsizetype bytes = 0;
};

/// Every callback under one word: totals for ever, and the last entries for people.
class CallbackLedger
{
public:
    /// What callbacks claim comes from outside; more of it is not kept.
    static constexpr qsizetype kMaxTextLength = 64;

    explicit CallbackLedger(std::size_t capacity = 10'000) : m_capacity(capacity) {}

    void enter(LedgerEntry entry);

    std::uint64_t count(CallbackOutcome word) const { return m_counts[static_cast<std::size_t>(word)]; }
    /// The last ones, oldest first; as many as the capacity at most.
    const std::deque<LedgerEntry> &entries() const { return m_entries; }

private:
    std::size_t m_capacity;
    std::deque<LedgerEntry> m_entries;
    std::array<std::uint64_t, kCallbackOutcomeCount> m_counts{};
};

}  // namespace holdline
