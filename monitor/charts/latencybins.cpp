// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/latencybins.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace holdline::monitor {

namespace {

/// Minimum ratio of a bin's upper edge to its lower edge. Narrower bins would contain varying numbers of
/// histogram buckets.
constexpr double kLeastRatio = 1.06;

/// Returns the lowest value of the histogram's bucket whose highest value is `upTo`.
double lowestIn(std::uint32_t upTo)
{
    constexpr std::uint32_t kExactBelow = 32;
    if (upTo < kExactBelow)
        return upTo;
    const std::uint32_t width = std::bit_floor(upTo) / kExactBelow;
    return static_cast<double>(upTo) + 1 - width;
}

/// Rounds down to 1, 2 or 5 times a power of ten.
double roundDown(double value)
{
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    const double times = value / power;
    return power * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

double roundUp(double value)
{
    const double down = roundDown(value);
    if (down >= value)
        return down;
    const double power = std::pow(10.0, std::floor(std::log10(down) + 1e-9));
    const double times = std::round(down / power);
    return power * (times == 1 ? 2 : times == 2 ? 5 : 10);
}

}  // namespace

LatencyBins::LatencyBins(Microseconds low, Microseconds high, int bins)
    : m_low(std::max(low, Microseconds(1))), m_high(std::max(high, m_low + Microseconds(1)))
{
    const double ratio = static_cast<double>(m_high.count()) / static_cast<double>(m_low.count());
    // Make each bin at least one microsecond wide, too.
    const double least = std::max(kLeastRatio, 1 + 1 / static_cast<double>(m_low.count()));
    const int most = std::max(1, static_cast<int>(std::log(ratio) / std::log(least)));
    const int count = std::clamp(bins, 1, most);
    m_edges.reserve(static_cast<std::size_t>(count) + 1);
    for (int i = 0; i <= count; ++i)
        m_edges.push_back(static_cast<double>(m_low.count()) *
                          std::pow(ratio, static_cast<double>(i) / count));
    m_counts.resize(static_cast<std::size_t>(count));
}

LatencyBins LatencyBins::around(const HistogramSlice &values, Microseconds also, int bins)
{
    double low = 1e4;
    double high = 1e5;
    if (!values.isEmpty()) {
        low = std::max(lowestIn(values.buckets().front().upTo), 1.0);
        high = static_cast<double>(values.max().count()) + 1;
    } else if (also > Microseconds::zero()) {
        low = high = static_cast<double>(also.count());
    }
    if (also > Microseconds::zero()) {
        // Leave room for the label beside the line at `also`.
        low = std::min(low, static_cast<double>(also.count()) / 2);
        high = std::max(high, static_cast<double>(also.count()) * 1.5);
    }
    low = roundDown(low);
    high = std::max(roundUp(high), low * 10);
    return {Microseconds(std::llround(low)), Microseconds(std::llround(high)), bins};
}

Microseconds LatencyBins::edge(int bin) const
{
    return Microseconds(std::llround(m_edges[static_cast<std::size_t>(bin)]));
}

int LatencyBins::binOf(Microseconds value) const
{
    const auto above = std::upper_bound(m_edges.begin(), m_edges.end(), static_cast<double>(value.count()));
    return std::clamp(static_cast<int>(above - m_edges.begin()) - 1, 0, std::max(size() - 1, 0));
}

std::uint64_t LatencyBins::highest() const
{
    return m_counts.empty() ? 0 : *std::max_element(m_counts.begin(), m_counts.end());
}

void LatencyBins::add(const HistogramSlice &values)
{
    if (m_counts.empty())
        return;
    // A bucket that crosses an edge is split in proportion. Rounding the running total, not the shares, keeps
    // the sum exact.
    std::size_t bin = 0;
    std::uint64_t seen = 0;
    std::uint64_t placed = 0;
    for (const HistogramSlice::Bucket &bucket : values.buckets()) {
        const double from = lowestIn(bucket.upTo);
        const double to = static_cast<double>(bucket.upTo) + 1;
        while (bin + 1 < m_counts.size() && m_edges[bin + 1] < to) {
            const double share = std::max(0.0, (m_edges[bin + 1] - from) / (to - from));
            const std::uint64_t below =
                seen + static_cast<std::uint64_t>(share * static_cast<double>(bucket.count) + 0.5);
            m_counts[bin] += below - placed;
            placed = below;
            ++bin;
        }
        seen += bucket.count;
    }
    m_counts[bin] += seen - placed;
}

void LatencyBins::zero()
{
    std::fill(m_counts.begin(), m_counts.end(), 0);
}

}  // namespace holdline::monitor
