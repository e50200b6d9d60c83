// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/latencyhistogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace holdline {

void LatencyHistogram::record(Duration took) noexcept
{
    const Microseconds clamped =
        std::clamp(std::chrono::duration_cast<Microseconds>(took), Microseconds::zero(), kMax);
    const auto value = static_cast<std::uint64_t>(clamped.count());
    ++m_buckets[bucketOf(value)];
    ++m_count;
    m_sum += value;
    m_min = std::min(m_min, value);
    m_max = std::max(m_max, value);
}

void LatencyHistogram::merge(const LatencyHistogram &other) noexcept
{
    for (std::size_t i = 0; i < kBuckets; ++i)
        m_buckets[i] += other.m_buckets[i];
    m_count += other.m_count;
    m_sum += other.m_sum;
    m_min = std::min(m_min, other.m_min);
    m_max = std::max(m_max, other.m_max);
}

LatencyHistogram::Microseconds LatencyHistogram::quantile(double q) const
{
    if (m_count == 0)
        return Microseconds::zero();
    const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(m_count));
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, m_count);
    if (rank == m_count)
        return Microseconds(m_max);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (bucket < kBuckets - 1 && seen + m_buckets[bucket] < rank)
        seen += m_buckets[bucket++];
    const std::uint64_t middle = lowest(bucket) + (highest(bucket) - lowest(bucket)) / 2;
    return Microseconds(std::clamp(middle, m_min, m_max));
}

std::uint64_t LatencyHistogram::countUpTo(Microseconds bound) const
{
    if (bound < Microseconds::zero())
        return 0;
    if (bound >= kMax)
        return m_count;
    const auto value = static_cast<std::uint64_t>(bound.count());
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets && highest(bucket) <= value; ++bucket)
        seen += m_buckets[bucket];
    return seen;
}

std::size_t LatencyHistogram::bucketOf(std::uint64_t value) noexcept
{
    if (value < kSubBuckets)
        return static_cast<std::size_t>(value);
    // The highest set bit selects the row. The next kSubBits bits select the bucket in that row.
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
    return (shift + 1) * kSubBuckets + static_cast<std::size_t>(value >> shift) - kSubBuckets;
}

std::uint64_t LatencyHistogram::lowest(std::size_t bucket) noexcept
{
    if (bucket < kSubBuckets)
        return bucket;
    const std::size_t shift = bucket / kSubBuckets - 1;
    return static_cast<std::uint64_t>(bucket % kSubBuckets + kSubBuckets) << shift;
}

std::uint64_t LatencyHistogram::highest(std::size_t bucket) noexcept
{
    return lowest(bucket + 1) - 1;
}

}  // namespace holdline
