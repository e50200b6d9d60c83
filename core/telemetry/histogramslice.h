// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/latencyhistogram.h"

#include <cstdint>
#include <vector>

namespace holdline {

/// The values that a LatencyHistogram recorded in a span of time, as its non-empty buckets. A busy second
/// takes a few hundred bytes, so an hour of seconds can be kept, sent and added up. A value.
class HistogramSlice
{
public:
    using Microseconds = LatencyHistogram::Microseconds;

    struct Bucket
    {
        std::uint32_t upTo = 0;  ///< µs: the highest value in the bucket
        std::uint64_t count = 0;

        friend bool operator==(const Bucket &, const Bucket &) = default;
    };

    HistogramSlice() = default;
    /// Buckets in ascending order of `upTo`. None is empty.
    HistogramSlice(std::vector<Bucket> buckets, Microseconds sum, Microseconds max);

    /// The difference between `now` and `before`, an earlier state of the same histogram. The highest
    /// value is exact when it is the highest ever. Otherwise it is the upper end of its bucket.
    static HistogramSlice since(const LatencyHistogram &now, const LatencyHistogram &before);

    void merge(const HistogramSlice &other);

    const std::vector<Bucket> &buckets() const { return m_buckets; }
    std::uint64_t count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    Microseconds sum() const { return m_sum; }
    Microseconds max() const { return m_max; }
    /// The quantile `q` (0 to 1): the share `q` of all values is not higher. Wrong by at most 1/32. 0
    /// for an empty slice.
    Microseconds quantile(double q) const;
    /// The number of values up to `bound`, to the precision of the buckets. Never too high.
    std::uint64_t countUpTo(Microseconds bound) const;

    friend bool operator==(const HistogramSlice &, const HistogramSlice &) = default;

private:
    std::vector<Bucket> m_buckets;
    std::uint64_t m_count = 0;
    Microseconds m_sum{};
    Microseconds m_max{};
};

}  // namespace holdline
