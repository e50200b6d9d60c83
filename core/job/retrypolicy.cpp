// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrypolicy.h"

#include <algorithm>

namespace holdline {

std::optional<Duration> RetryPolicy::delayAfter(const Try &failed) const
{
    if (failed.attempt >= attempts)
        return std::nullopt;
    // 2³⁰ base delays are past any maximum; more would overflow.
    const int doublings = std::clamp(failed.attempt - 1, 0, 30);
    const double ceiling =
        std::min(static_cast<double>(maxDelay.count()),
                 static_cast<double>(baseDelay.count()) * static_cast<double>(1LL << doublings));
    Duration delay = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(ceiling * failed.random));
    if (failed.retryAfter)
        delay = std::max(delay, std::chrono::duration_cast<Duration>(*failed.retryAfter));
    // Compared as a difference: a huge Retry-After added to a time point would overflow.
    if (delay >= failed.deadline - failed.now)
        return std::nullopt;
    return delay;
}

}  // namespace holdline
