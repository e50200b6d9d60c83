// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrypolicy.h"

#include <algorithm>

namespace holdline {

std::optional<Duration> RetryPolicy::delayAfter(const Try &failed) const
{
    if (failed.attempt >= attempts)
        return std::nullopt;
    // 2³⁰ base delays exceed any maximum. More would overflow.
    const int doublings = std::clamp(failed.attempt - 1, 0, 30);
    const double ceiling =
        std::min(static_cast<double>(maxDelay.count()),
                 static_cast<double>(baseDelay.count()) * static_cast<double>(1LL << doublings));
    Duration delay = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(ceiling * failed.random));
    const Duration left = failed.deadline - failed.now;
    if (failed.retryAfter && *failed.retryAfter > std::chrono::milliseconds(0)) {
        // Compared as a difference in milliseconds: a huge Retry-After overflows as nanoseconds
        // and as a time point.
        if (*failed.retryAfter >= std::chrono::ceil<std::chrono::milliseconds>(left))
            return std::nullopt;
        delay = std::max(delay, std::chrono::duration_cast<Duration>(*failed.retryAfter));
    }
    if (delay >= left)
        return std::nullopt;
    return delay;
}

}  // namespace holdline
