// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>

namespace holdline {

/// When to try a start again: exponential backoff with full jitter (delay uniform in 0 … min(max, base·2ⁿ⁻¹),
/// AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), the upstream's Retry-After honoured, never
/// past the deadline. Pure: randomness and time are passed in.
struct RetryPolicy
{
    int attempts = 4;  ///< of one job, the first included
    std::chrono::milliseconds baseDelay{50};
    std::chrono::milliseconds maxDelay{2000};

    struct Try
    {
        int attempt = 1;  ///< the one that just failed, counted from 1
        std::optional<std::chrono::milliseconds> retryAfter;
        TimePoint now;
        TimePoint deadline;  ///< a try that would not begin before it is not made
        double random = 0;   ///< uniform in [0, 1)
    };

    /// How long to wait before the next try; nothing when there is to be none.
    std::optional<Duration> delayAfter(const Try &failed) const;
};

}  // namespace holdline
