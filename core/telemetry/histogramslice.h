// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/latencyhistogram.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace holdline {

/// What a LatencyHistogram recorded in some span of time, only the buckets that have something in them: a few
/// hundred bytes for a busy second, so that an hour of seconds can be kept, sent and added up. A value.
class HistogramSlice
{
public:
    using Microseconds = LatencyHistogram::Microseconds;

    struct Bucket
    {
        std::uint32_t upTo = 0;  ///< µs: the highest value that falls into it
        std::uint64_t count = 0;

        friend bool operator==(const Bucket &, const Bucket &) = default;
    };

    HistogramSlice() = default;
    /// Buckets come in ascending order of `upTo`, none of them empty.
    HistogramSlice(std::vector<Bucket> buckets, Microseconds sum, Microseconds max);

    /// What `now` has more than `before`, an earlier state of the same histogram. The highest value is exact
    /// where it is the highest ever, else the upper end of its bucket.
    static HistogramSlice since(const LatencyHistogram &now, const LatencyHistogram &before);

    void merge(const HistogramSlice &other);

    const std::vector<Bucket> &buckets() const { return m_buckets; }
    std::uint64_t count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    Microseconds sum() const { return m_sum; }
    Microseconds max() const { return m_max; }
    /// Zero when it is empty.
    Microseconds mean() const;
    /// The value that a share `q` (0 to 1) of all values does not exceed, off by at most 1/32; 0 when empty.
    Microseconds quantile(double q) const;
    /// How many values were at most `bound`, to the precision of the buckets, never too many.
    std::uint64_t countUpTo(Microseconds bound) const;

    friend bool operator==(const HistogramSlice &, const HistogramSlice &) = default;

private:
    std::vector<Bucket> m_buckets;
    std::uint64_t m_count = 0;
    Microseconds m_sum{};
    Microseconds m_max{};
};

}  // namespace holdline
