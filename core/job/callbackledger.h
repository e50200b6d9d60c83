// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>

namespace holdline {

/// One received callback. It never holds a whole token or a body.
struct LedgerEntry
{
    std::chrono::system_clock::time_point at{};
    CallbackOutcome outcome = CallbackOutcome::None;
    QByteArray job;         ///< the job's id, when the token named a job
    QByteArray upstreamId;  ///< the id in the callback, when it could be read
    QByteArray client;
    qsizetype bytes = 0;
};

/// Counts callbacks by their outcome since the start, and keeps the last entries for people.
class CallbackLedger
{
public:
    /// Texts from outside are cut to this many bytes.
    static constexpr qsizetype kMaxTextLength = 64;

    explicit CallbackLedger(std::size_t capacity = 10'000) : m_capacity(capacity) {}

    void enter(LedgerEntry entry);

    std::uint64_t count(CallbackOutcome outcome) const { return m_counts[static_cast<std::size_t>(outcome)]; }
    /// The last entries, oldest first, at most `capacity`.
    const std::deque<LedgerEntry> &entries() const { return m_entries; }

private:
    std::size_t m_capacity;
    std::deque<LedgerEntry> m_entries;
    std::array<std::uint64_t, kCallbackOutcomeCount> m_counts{};
};

}  // namespace holdline
