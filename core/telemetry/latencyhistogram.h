// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace holdline {

/// How long things took, from a microsecond to an hour, in buckets of at most 1/32 of their value: what
/// quantile() says is off by at most 1.6 %. About 7 KiB, whatever is recorded; record() is O(1), allocates
/// nothing and cannot fail. A value: copied and merged. Not thread-safe.
class LatencyHistogram
{
public:
    using Microseconds = std::chrono::microseconds;

    static constexpr Microseconds kMax = std::chrono::hours(1);

    /// Fractions of a microsecond are dropped; negative ones count as 0, more than an hour as an hour.
    void record(Duration took) noexcept;
    void merge(const LatencyHistogram &other) noexcept;

    std::uint64_t count() const { return m_count; }
    /// Of all values, exact.
    Microseconds sum() const { return Microseconds(m_sum); }
    Microseconds min() const { return Microseconds(m_count == 0 ? 0 : m_min); }
    Microseconds max() const { return Microseconds(m_max); }

    /// The value that a share `q` (0 to 1) of all values does not exceed; 0 when there are none.
    Microseconds quantile(double q) const;
    /// How many values were at most `bound`; exact where it is the upper end of a bucket, else those of the
    /// buckets below it, so that it never counts too many. Everything from kMax on.
    std::uint64_t countUpTo(Microseconds bound) const;

private:
    friend class HistogramSlice;

    static constexpr int kSubBits = 5;
    static constexpr std::size_t kSubBuckets = std::size_t(1) << kSubBits;
    /// kMax is below 2^32 µs: one row of exact values, then one for each power of two from 2^5 to 2^31.
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
