// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <cstdint>

namespace holdline {

/// Bounds the retries of all jobs together, so that repeated starts do not hold down an upstream that is in
/// trouble (Google, "Site Reliability Engineering", chapter 21: retry budgets). In each window of ten seconds
/// there may be as many retries as a share of the first starts, and a few more, so that a quiet service can
/// retry too. A value of fixed size. Pure: the caller passes `now`, which must never go back.
class RetryBudget
{
public:
    struct Limits
    {
        int percent = 100;   ///< retries per 100 first starts
        int perSecond = 10;  ///< further retries, in the mean of the window
    };
    static constexpr std::chrono::seconds kSlice{1};
    static constexpr int kSlices = 10;  ///< of the window

    explicit RetryBudget(const Limits &limits) : m_limits(limits) {}
    /// Applies to later retries. Starts and retries so far keep counting.
    void setLimits(const Limits &limits) { m_limits = limits; }

    /// A job was started for the first time.
    void countStart(TimePoint now) { ++sliceOf(now).starts; }
    /// True when one more retry may leave. Counts it in that case.
    bool take(TimePoint now);
    /// The time at which the window moves on. Before that only first starts add to the budget.
    static TimePoint nextChange(TimePoint now) { return TimePoint((numberOf(now) + 1) * kSlice); }

private:
    struct Slice
    {
        std::int64_t number = -1;  ///< which slice of the clock this is
        std::int64_t starts = 0;
        std::int64_t retries = 0;
    };

    static std::int64_t numberOf(TimePoint now) { return now.time_since_epoch() / kSlice; }
    Slice &sliceOf(TimePoint now);

    Limits m_limits;
    std::array<Slice, kSlices> m_slices;  ///< a ring
};

}  // namespace holdline
