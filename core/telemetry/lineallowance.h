// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/allowance.h"

#include <cstdint>
#include <utility>

namespace holdline {

/// Limits how often a log line is written, and counts the lines that are left out. A value; not thread-safe.
class LineAllowance
{
public:
    /// Allows `burst` lines at once, and then one more line per `interval`.
    LineAllowance(int burst, Duration interval) : m_allowance(burst, interval) {}

    /// Returns whether a line may be written now. If not, counts the line as left out. `now` must never go
    /// back.
    bool take(TimePoint now)
    {
        const bool allowed = m_allowance.take(now);
        m_leftOut += allowed ? 0 : 1;
        return allowed;
    }
    /// Returns the number of lines left out since the last call of this function.
    std::int64_t takeLeftOut() { return std::exchange(m_leftOut, 0); }

private:
    Allowance m_allowance;
    std::int64_t m_leftOut = 0;
};

}  // namespace holdline
