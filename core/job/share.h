// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// Returns whether one account may use one more unit of a shared resource. The account uses `used` units, all
/// accounts together use `total` units, and `limit` is the limit for all accounts. With a share of S percent,
/// an account may use S / (100 − S) times as much as is still free: four times as much with 80 percent. So
/// one account alone gets at most 80 percent of the limit, two accounts get 44 percent each, and something is
/// always free for the next account. (A. Choudhury, E. Hahne, "Dynamic Queue Length Thresholds for
/// Shared-Memory Packet Switches", 1998.)
///
/// A share of 100 percent, or a `limit` of 0, means no limit. When `limit` is reached, the result is true,
/// because the caller checks `limit` itself. Pure.
constexpr bool isWithinShare(std::int64_t used, std::int64_t total, std::int64_t limit, int sharePercent)
{
    if (sharePercent >= 100 || limit <= 0 || total >= limit)
        return true;
    return static_cast<double>(used) * (100 - sharePercent) <
           static_cast<double>(limit - total) * sharePercent;
}

}  // namespace holdline
