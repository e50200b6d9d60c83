// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace holdline {

/// A histogram of durations from a microsecond to an hour. The width of a bucket is at most 1/32 of its
/// values, so quantile() is wrong by at most 1.6 %. The size is always about 7 KiB. record() takes O(1) time,
/// allocates no memory and cannot fail. A value that can be copied and merged. Not thread-safe.
class LatencyHistogram
{
public:
    using Microseconds = std::chrono::microseconds;

    static constexpr Microseconds kMax = std::chrono::hours(1);

    /// Adds a duration, rounded down to microseconds. A negative one counts as 0, one above an hour as an
    /// hour.
    void record(Duration took) noexcept;
    /// Adds the values of `other`.
    void merge(const LatencyHistogram &other) noexcept;

    std::uint64_t count() const { return m_count; }
    /// The exact sum of all recorded values.
    Microseconds sum() const { return Microseconds(m_sum); }
    Microseconds min() const { return Microseconds(m_count == 0 ? 0 : m_min); }
    Microseconds max() const { return Microseconds(m_max); }

    /// Returns the quantile `q` (0 to 1): the share `q` of all values is not higher. 0 for an empty
    /// histogram.
    Microseconds quantile(double q) const;
    /// Returns the number of values in the buckets that lie completely at or below `bound`. So the result is
    /// never too high, and exact if `bound` is the upper end of a bucket. If `bound` is at least kMax,
    /// returns count().
    std::uint64_t countUpTo(Microseconds bound) const;

private:
    friend class HistogramSlice;

    static constexpr int kSubBits = 5;
    static constexpr std::size_t kSubBuckets = std::size_t(1) << kSubBits;
    /// A row has kSubBuckets buckets. The first row has one bucket for each value below 2^5 µs. Then comes
    /// one row for each power of two from 2^5 to 2^31, because kMax is below 2^32 µs.
    static constexpr std::size_t kBuckets = (32 - kSubBits + 1) * kSubBuckets;

    static std::size_t bucketOf(std::uint64_t value) noexcept;
    static std::uint64_t lowest(std::size_t bucket) noexcept;
    static std::uint64_t highest(std::size_t bucket) noexcept;

    std::array<std::uint64_t, kBuckets> m_buckets{};
    std::uint64_t m_count = 0;
    std::uint64_t m_sum = 0;
    std::uint64_t m_min = UINT64_MAX;
    std::uint64_t m_max = 0;
};

}  // namespace holdline
