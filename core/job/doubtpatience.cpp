// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/doubtpatience.h"

#include <algorithm>

namespace holdline {

void DoubtPatience::add(Duration took)
{
    if (m_count == kWindow) {
        m_previous = *m_longest;
        m_longest.reset();
        m_count = 0;
    }
    ++m_count;
    m_longest = std::max(m_longest.value_or(Duration::zero()), took);
}

Duration DoubtPatience::value(Duration most) const
{
    if (!m_longest)
        return most;
    const Duration longest = std::max(*m_longest, m_previous);
    // Compared before it is multiplied, because a duration can overflow.
    if (longest >= most / kTimes)
        return most;
    return std::min(std::max(longest * kTimes, kLeast), most);
}

}  // namespace holdline
