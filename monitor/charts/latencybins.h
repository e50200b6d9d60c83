// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "core/telemetry/histogramslice.h"

#include <vector>

namespace holdline::monitor {

/// Bins of equal width on a logarithmic time axis, filled with the counts of a histogram. A bin is never
/// narrower than a bucket of the histogram, since such bins could be empty by rounding alone. A value type.
class LatencyBins
{
public:
    LatencyBins() = default;
    /// Makes at most `bins` bins from `low` to `high`. Requires low < high.
    LatencyBins(Microseconds low, Microseconds high, int bins);
    /// Makes bins that include all of `values` and, unless it is zero, `also`. The range begins and ends at
    /// 1, 2 or 5 times a power of ten.
    static LatencyBins around(const HistogramSlice &values, Microseconds also, int bins);

    int size() const { return static_cast<int>(m_counts.size()); }
    Microseconds low() const { return m_low; }
    Microseconds high() const { return m_high; }
    /// Returns the lower edge of a bin. edge(size()) is high().
    Microseconds edge(int bin) const;
    /// Returns the bin of a value. Values outside the range belong to the first or the last bin.
    int binOf(Microseconds value) const;

    std::uint64_t count(int bin) const { return m_counts[static_cast<std::size_t>(bin)]; }
    std::uint64_t highest() const;
    void add(const HistogramSlice &values);
    void zero();

private:
    Microseconds m_low{1};
    Microseconds m_high{10};
    std::vector<double> m_edges;  ///< µs; size() + 1 values
    std::vector<std::uint64_t> m_counts;
};

}  // namespace holdline::monitor
