// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <chrono>

namespace holdline {

/// Detects that a pool closes many connections only to make room for those of other accounts. A plain value.
/// `now` must never go back.
class ChurnWatch
{
public:
    /// Counts one connection that was closed for this reason. True when a warning should be logged: for the
    /// kMany-th connection within kSpan, at most once per kSpan.
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
    int m_count = 0;  ///< connections closed since m_since
};

}  // namespace holdline
