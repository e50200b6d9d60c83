// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>

namespace holdline {

/// When to try a start again: exponential backoff with full jitter, up to the deadline of the job. The delay
/// is uniform in 0 … min(longest, base·2ⁿ⁻¹) (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
/// The Retry-After of the upstream is honoured, and no try begins after the deadline. Pure: the caller passes
/// time and randomness in.
///
/// The longest delay of a plain job is `maxDelay`. That of a durable job grows with its age up to
/// kLongestDelay, because nobody waits for it and it has time.
struct RetryPolicy
{
    /// A start that is nearer to the deadline than this cannot bring an answer.
    static constexpr std::chrono::milliseconds kLeastTime{10};
    /// Longest delay of a durable job, unless maxDelay is longer.
    static constexpr std::chrono::minutes kLongestDelay{1};
    /// The delay of a durable job is at most its age divided by this.
    static constexpr int kAgePerDelay = 4;

    int attempts = 0;  ///< tries per job, the first included; 0: as many as the deadline allows
    std::chrono::milliseconds baseDelay{50};
    std::chrono::milliseconds maxDelay{2000};

    struct Try
    {
        int attempt = 1;  ///< number of the failed try, from 1
        std::optional<std::chrono::milliseconds> retryAfter;
        TimePoint now;
        TimePoint deadline;  ///< every try begins before it
        double random = 0;   ///< uniform in [0, 1)
        Duration age{};      ///< of a durable job, since its request; 0 for a plain job
    };

    /// The delay before the next try. Empty when there is no next try.
    std::optional<Duration> delayAfter(const Try &failed) const;

private:
    Duration longestDelay(Duration age) const;
};

}  // namespace holdline
