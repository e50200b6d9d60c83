// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <optional>

namespace holdline {

/// Decides when a failed start request is sent again: exponential backoff with full jitter, until the
/// deadline of the job. The delay after attempt n is uniform in 0 … min(longest, base·2ⁿ⁻¹) (AWS
/// Architecture Blog, "Exponential Backoff And Jitter", 2015). The delay is not shorter than the Retry-After
/// of the upstream. No attempt begins after the deadline. Pure: the caller passes time and randomness.
///
/// The longest delay of a plain job is `maxDelay`. The longest delay of a durable job grows with the job's
/// age up to kLongestDelay, because such a job usually has no waiting client.
struct RetryPolicy
{
    /// With less time to the deadline, no start request is sent, because its answer would come too late.
    static constexpr std::chrono::milliseconds kLeastTime{10};
    /// Longest delay of a durable job, unless maxDelay is longer.
    static constexpr std::chrono::minutes kLongestDelay{1};
    /// The delay of a durable job is at most its age divided by this.
    static constexpr int kAgePerDelay = 4;

    int attempts = 0;  ///< start requests per job, with the first; 0: as many as the deadline allows
    std::chrono::milliseconds baseDelay{50};   ///< longest delay after the first attempt
    std::chrono::milliseconds maxDelay{2000};  ///< longest delay of a plain job

    struct Try
    {
        int attempt = 1;                                      ///< number of the failed start request, from 1
        std::optional<std::chrono::milliseconds> retryAfter;  ///< from the upstream's answer
        TimePoint now;
        TimePoint deadline;  ///< of the job
        double random = 0;   ///< a random number, uniform in [0, 1)
        Duration age{};      ///< time since the request of a durable job; 0 for a plain job
    };

    /// Returns the delay before the next start request. Empty when no further start request may be sent.
    std::optional<Duration> delayAfter(const Try &failed) const;

private:
    Duration longestDelay(Duration age) const;
};

}  // namespace holdline
