// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/allowance.h"

#include <cstdint>
#include <utility>

namespace holdline {

/// Limits how often a log line is written, and counts the lines left out. A value.
class LineAllowance
{
public:
    /// Allows `burst` lines at once, and one more per `interval`.
    LineAllowance(int burst, Duration interval) : m_allowance(burst, interval) {}

    /// True when a line may be written now. `now` must never go back.
    bool take(TimePoint now)
    {
        const bool allowed = m_allowance.take(now);
        m_leftOut += allowed ? 0 : 1;
        return allowed;
    }
    /// The lines left out since the last call.
    std::int64_t takeLeftOut() { return std::exchange(m_leftOut, 0); }

private:
    Allowance m_allowance;
    std::int64_t m_leftOut = 0;
};

}  // namespace holdline
