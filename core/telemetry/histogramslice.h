// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/latencyhistogram.h"

#include <cstdint>
#include <vector>

namespace holdline {

/// The durations that a LatencyHistogram recorded in a span of time, as a list of its non-empty buckets. The
/// slice of a busy second takes a few hundred bytes, so the slices of an hour can be stored, sent and merged.
/// A value.
class HistogramSlice
{
public:
    using Microseconds = LatencyHistogram::Microseconds;

    struct Bucket
    {
        std::uint32_t upTo = 0;  ///< highest value of the bucket, in microseconds
        std::uint64_t count = 0;

        friend bool operator==(const Bucket &, const Bucket &) = default;
    };

    HistogramSlice() = default;
    /// `buckets` must be in ascending order of `upTo`, and no bucket must be empty.
    HistogramSlice(std::vector<Bucket> buckets, Microseconds sum, Microseconds max);

    /// Returns what was recorded between `before` and `now`, two states of the same histogram. max() is exact
    /// if the maximum of the histogram was recorded in this span. Otherwise it is the upper end of a bucket.
    static HistogramSlice since(const LatencyHistogram &now, const LatencyHistogram &before);

    /// Adds the values of `other`.
    void merge(const HistogramSlice &other);

    const std::vector<Bucket> &buckets() const { return m_buckets; }
    std::uint64_t count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    Microseconds sum() const { return m_sum; }
    Microseconds max() const { return m_max; }
    /// Returns the quantile `q` (0 to 1): the share `q` of all values is not higher. The result is too high
    /// by at most 1/32. 0 for an empty slice.
    Microseconds quantile(double q) const;
    /// Returns the number of values in the buckets that lie completely at or below `bound`. So the result is
    /// never too high.
    std::uint64_t countUpTo(Microseconds bound) const;

    friend bool operator==(const HistogramSlice &, const HistogramSlice &) = default;

private:
    std::vector<Bucket> m_buckets;
    std::uint64_t m_count = 0;
    Microseconds m_sum{};
    Microseconds m_max{};
};

}  // namespace holdline
