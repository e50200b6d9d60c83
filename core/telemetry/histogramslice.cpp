// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/histogramslice.h"

#include <algorithm>
#include <cmath>

namespace holdline {

HistogramSlice::HistogramSlice(std::vector<Bucket> buckets, Microseconds sum, Microseconds max)
    : m_buckets(std::move(buckets)), m_sum(sum), m_max(max)
{
    for (const Bucket &bucket : m_buckets)
        m_count += bucket.count;
}

HistogramSlice HistogramSlice::since(const LatencyHistogram &now, const LatencyHistogram &before)
{
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
        if (const std::uint64_t count = now.m_buckets[i] - before.m_buckets[i]; count > 0)
            buckets.push_back({static_cast<std::uint32_t>(LatencyHistogram::highest(i)), count});
    }
    if (buckets.empty())
        return {};
    const Microseconds max = std::min(Microseconds(buckets.back().upTo), now.max());
    return {std::move(buckets), now.sum() - before.sum(), max};
}

void HistogramSlice::merge(const HistogramSlice &other)
{
    std::vector<Bucket> merged;
    merged.reserve(m_buckets.size() + other.m_buckets.size());
    auto mine = m_buckets.begin();
    auto theirs = other.m_buckets.begin();
    while (mine != m_buckets.end() || theirs != other.m_buckets.end()) {
        const bool takeMine =
            theirs == other.m_buckets.end() || (mine != m_buckets.end() && mine->upTo <= theirs->upTo);
        const Bucket next = takeMine ? *mine++ : *theirs++;
        if (!merged.empty() && merged.back().upTo == next.upTo)
            merged.back().count += next.count;
        else
            merged.push_back(next);
    }
    m_buckets = std::move(merged);
    m_count += other.m_count;
    m_sum += other.m_sum;
    m_max = std::max(m_max, other.m_max);
}

HistogramSlice::Microseconds HistogramSlice::quantile(double q) const
{
    if (m_count == 0)
        return Microseconds::zero();
    const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(m_count));
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, m_count);
    std::uint64_t seen = 0;
    for (const Bucket &bucket : m_buckets) {
        seen += bucket.count;
        if (seen >= rank)
            return std::min(Microseconds(bucket.upTo), m_max);
    }
    return m_max;
}

std::uint64_t HistogramSlice::countUpTo(Microseconds bound) const
{
    std::uint64_t seen = 0;
    for (const Bucket &bucket : m_buckets) {
        if (Microseconds(bucket.upTo) > bound)
            break;
        seen += bucket.count;
    }
    return seen;
}

}  // namespace holdline
