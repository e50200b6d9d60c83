// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// True when an account that uses `used` of something may take one more, while all accounts together use
/// `total` of `limit`. An account may use as much as its share of what is left: with a share of 80 percent
/// four times as much. So one account alone gets 80 percent, two get 44 percent each, and there is always
/// room for the next one. (A. Choudhury, E. Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet
/// Switches", 1998.) A share of 100 percent is no limit. A limit of 0 is none either. When nothing is left,
/// the limit on all accounts refuses, so the answer is true.
constexpr bool isWithinShare(std::int64_t used, std::int64_t total, std::int64_t limit, int sharePercent)
{
    if (sharePercent >= 100 || limit <= 0 || total >= limit)
        return true;
    return static_cast<double>(used) * (100 - sharePercent) <
           static_cast<double>(limit - total) * sharePercent;
}

}  // namespace holdline
