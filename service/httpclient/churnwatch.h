// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <chrono>

namespace holdline {

/// Notices that a pool closes connections only to make room for other accounts. A value; `now` must never go
/// back.
class ChurnWatch
{
public:
    /// Counts one such connection. True when that deserves a line in the log: with the kMany-th within kSpan,
    /// once per kSpan.
    bool closed(TimePoint now)
    {
        if (m_count == 0 || now - m_since >= kSpan) {
            m_since = now;
            m_count = 0;
        }
        return ++m_count == kMany;
    }

    static constexpr int kMany = 20;
    static constexpr std::chrono::minutes kSpan{1};

private:
    TimePoint m_since{};
    int m_count = 0;  ///< since m_since
};

}  // namespace holdline
