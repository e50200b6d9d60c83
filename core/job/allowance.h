// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <chrono>

namespace holdline {

/// A token bucket: allows `burst` events at once, and then one more event per `interval`. A value; not
/// thread-safe. `now` must never go back.
class Allowance
{
public:
    Allowance(int burst, Duration interval) : m_burst(burst), m_interval(interval), m_left(burst) {}

    /// Returns whether an event is allowed now. If so, takes one token.
    bool take(TimePoint now)
    {
        if (m_left == m_burst)
            m_since = now;
        const auto grown = (now - m_since) / m_interval;
        if (grown > 0) {
            m_left = grown >= m_burst - m_left ? m_burst : m_left + static_cast<int>(grown);
            m_since = m_left == m_burst ? now : m_since + grown * m_interval;
        }
        if (m_left == 0)
            return false;
        --m_left;
        return true;
    }

private:
    int m_burst;
    Duration m_interval;
    int m_left;
    TimePoint m_since{};
};

}  // namespace holdline
