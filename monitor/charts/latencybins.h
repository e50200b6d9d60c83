// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "core/telemetry/histogramslice.h"

#include <vector>

namespace holdline::monitor {

/// Equal steps on a logarithmic time axis, and the counts of a histogram sorted into them. Steps are never
/// narrower than the histogram's own buckets, so that no bar is empty only because of the rounding. Pure.
class LatencyBins
{
public:
    LatencyBins() = default;
    /// low < high.
    LatencyBins(Microseconds low, Microseconds high, int bins);
    /// Ends that hold all values (and `also`, unless it is zero), at steps of 1, 2 and 5.
    static LatencyBins around(const HistogramSlice &values, Microseconds also, int bins);

    int size() const { return static_cast<int>(m_counts.size()); }
    Microseconds low() const { return m_low; }
    Microseconds high() const { return m_high; }
    /// Where a bin begins and ends.
    Microseconds edge(int bin) const;
    /// The bin of a value; the first or the last one for values outside.
    int binOf(Microseconds value) const;

    std::uint64_t count(int bin) const { return m_counts[static_cast<std::size_t>(bin)]; }
    std::uint64_t highest() const;
    void add(const HistogramSlice &values);
    void zero();

private:
    Microseconds m_low{1};
    Microseconds m_high{10};
    std::vector<double> m_edges;  ///< µs; one more than bins
    std::vector<std::uint64_t> m_counts;
};

}  // namespace holdline::monitor
