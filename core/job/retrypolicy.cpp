// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/retrypolicy.h"

#include <algorithm>

namespace holdline {

Duration RetryPolicy::longestDelay(Duration age) const
{
    const Duration most = std::max<Duration>(maxDelay, kLongestDelay);
    return std::clamp<Duration>(age / kAgePerDelay, maxDelay, most);
}

std::optional<Duration> RetryPolicy::delayAfter(const Try &failed) const
{
    if (attempts > 0 && failed.attempt >= attempts)
        return std::nullopt;
    const Duration left = failed.deadline - failed.now;
    if (left < kLeastTime)
        return std::nullopt;
    // 2³⁰ base delays are longer than any maximum. More doublings could overflow.
    const int doublings = std::clamp(failed.attempt - 1, 0, 30);
    // The delay is also bounded by the time to the deadline, because a longer one would leave no time for a
    // retry.
    const auto most = static_cast<double>(std::min(longestDelay(failed.age), left).count());
    const auto doubled = static_cast<double>(std::chrono::duration_cast<Duration>(baseDelay).count()) *
                         static_cast<double>(1LL << doublings);
    auto delay = Duration(static_cast<Duration::rep>(std::min(most, doubled) * failed.random));
    if (failed.retryAfter && *failed.retryAfter > std::chrono::milliseconds(0)) {
        // Compared in milliseconds, because a huge Retry-After would overflow as nanoseconds or as a time
        // point.
        if (*failed.retryAfter >= std::chrono::ceil<std::chrono::milliseconds>(left))
            return std::nullopt;
        delay = std::max(delay, std::chrono::duration_cast<Duration>(*failed.retryAfter));
    }
    if (delay >= left)
        return std::nullopt;
    return delay;
}

}  // namespace holdline
