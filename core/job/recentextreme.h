// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <functional>
#include <optional>

namespace holdline {

/// The lowest recent duration (with std::less) or the highest one (with std::greater). Covers the current
/// window of `window` samples and the one before it, so an extreme is forgotten after at most two windows. A
/// value.
template <typename Compare>
class RecentExtreme
{
public:
    explicit RecentExtreme(int window = 64) : m_window(window) {}

    void add(Duration sample)
    {
        m_current = further(m_current, sample);
        if (++m_count >= m_window) {
            m_previous = m_current;
            m_current.reset();
            m_count = 0;
        }
    }

    /// Returns the extreme. Empty before the first sample.
    std::optional<Duration> value() const { return m_current ? further(m_previous, *m_current) : m_previous; }

private:
    static Duration further(const std::optional<Duration> &one, Duration other)
    {
        return one && Compare()(*one, other) ? *one : other;
    }

    int m_window;
    int m_count = 0;
    std::optional<Duration> m_previous;
    std::optional<Duration> m_current;
};

using RecentMinimum = RecentExtreme<std::less<>>;
using RecentMaximum = RecentExtreme<std::greater<>>;

}  // namespace holdline
