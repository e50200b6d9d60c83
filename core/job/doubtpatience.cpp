// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/doubtpatience.h"

#include <algorithm>

namespace holdline {

Duration DoubtPatience::value(Duration most) const
{
    const std::optional<Duration> longest = m_longest.value();
    // Divides `most` instead of multiplying *longest, because the product could overflow.
    if (!longest || *longest >= most / kTimes)
        return most;
    return std::min(std::max(*longest * kTimes, kLeast), most);
}

}  // namespace holdline
