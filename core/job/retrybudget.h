// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <cstdint>

namespace holdline {

/// Limits the retries of all jobs together, so that retries do not overload an upstream that is failing
/// (Google, "Site Reliability Engineering", chapter 21: retry budgets). In each window of ten seconds, the
/// number of retries is limited to a percentage of the first start requests, plus a fixed number, so that a
/// quiet service can retry too. A value of fixed size. Pure: the caller passes `now`, which must never go
/// back.
class RetryBudget
{
public:
    struct Limits
    {
        int percent = 100;   ///< retries per 100 first start requests
        int perSecond = 10;  ///< further retries per second, on average over the window
    };
    static constexpr std::chrono::seconds kSlice{1};
    static constexpr int kSlices = 10;  ///< slices per window

    explicit RetryBudget(const Limits &limits) : m_limits(limits) {}
    /// The new limits apply to later retries. Start requests and retries so far still count.
    void setLimits(const Limits &limits) { m_limits = limits; }

    /// Counts the first start request of a job.
    void countStart(TimePoint now) { ++sliceOf(now).starts; }
    /// Returns whether one more retry may be sent now. If so, counts the retry.
    bool take(TimePoint now);
    /// Returns when the window moves on by one slice. Until then only first start requests increase the
    /// budget.
    static TimePoint nextChange(TimePoint now) { return TimePoint((numberOf(now) + 1) * kSlice); }

private:
    struct Slice
    {
        std::int64_t number = -1;  ///< time of the slice, in units of kSlice; -1: unused
        std::int64_t starts = 0;   ///< first start requests in the slice
        std::int64_t retries = 0;  ///< retries in the slice
    };

    static std::int64_t numberOf(TimePoint now) { return now.time_since_epoch() / kSlice; }
    Slice &sliceOf(TimePoint now);

    Limits m_limits;
    std::array<Slice, kSlices> m_slices;  ///< a ring, indexed by number % kSlices
};

}  // namespace holdline
