// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>

namespace holdline {

/// When to try a start again: exponential backoff with full jitter. The delay is uniform in 0 … min(max,
/// base·2ⁿ⁻¹) (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015). The Retry-After of the
/// upstream is honoured, and no try begins after the deadline. Pure: the caller passes time and
/// randomness in.
struct RetryPolicy
{
    int attempts = 4;  ///< tries per job, the first included
    std::chrono::milliseconds baseDelay{50};
    std::chrono::milliseconds maxDelay{2000};

    struct Try
    {
        int attempt = 1;  ///< number of the failed try, from 1
        std::optional<std::chrono::milliseconds> retryAfter;
        TimePoint now;
        TimePoint deadline;  ///< every try begins before it
        double random = 0;   ///< uniform in [0, 1)
    };

    /// The delay before the next try. Empty when there is no next try.
    std::optional<Duration> delayAfter(const Try &failed) const;
};

}  // namespace holdline
