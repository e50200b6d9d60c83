// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>

namespace holdline {

/// One received callback. Never contains a whole token or a body.
struct LedgerEntry
{
    std::chrono::system_clock::time_point at{};
    CallbackOutcome outcome = CallbackOutcome::None;
    QByteArray job;         ///< id of the job; empty when no job has the token
    QByteArray upstreamId;  ///< the id in the callback; empty when it could not be read
    QByteArray client;      ///< address of the sender
    qsizetype bytes = 0;    ///< size of the body
};

/// Counts received callbacks by outcome, and retains the last ones for people. Not thread-safe.
class CallbackLedger
{
public:
    /// upstreamId and client are cut to this number of bytes.
    static constexpr qsizetype kMaxTextLength = 64;

    explicit CallbackLedger(std::size_t capacity = 10'000) : m_capacity(capacity) {}

    /// Counts a callback and appends its entry. Drops the oldest entry when there are more than `capacity`.
    void enter(LedgerEntry entry);

    std::uint64_t count(CallbackOutcome outcome) const { return m_counts[static_cast<std::size_t>(outcome)]; }
    /// The last entries, at most `capacity`, oldest first.
    const std::deque<LedgerEntry> &entries() const { return m_entries; }

private:
    std::size_t m_capacity;
    std::deque<LedgerEntry> m_entries;
    std::array<std::uint64_t, kCallbackOutcomeCount> m_counts{};
};

}  // namespace holdline
