// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/samplehistory.h"

#include <algorithm>

namespace holdline::monitor {

void SampleHistory::append(Sample sample)
{
    if (!m_samples.empty() && sample.at <= m_samples.back().at)
        return;
    m_samples.push_back(std::move(sample));
    if (m_samples.size() > m_capacity)
        m_samples.pop_front();
}

void SampleHistory::dropAfter(WallTime at)
{
    while (!m_samples.empty() && m_samples.back().at > at)
        m_samples.pop_back();
}

std::optional<TimeRange> SampleHistory::extent() const
{
    if (m_samples.empty())
        return std::nullopt;
    const Sample &first = m_samples.front();
    return TimeRange{first.at - std::chrono::floor<Milliseconds>(first.span),
                     m_samples.back().at + Milliseconds(1)};
}

std::size_t SampleHistory::firstAfter(WallTime at) const
{
    const auto found = std::upper_bound(m_samples.begin(), m_samples.end(), at,
                                        [](WallTime time, const Sample &sample) { return time < sample.at; });
    return static_cast<std::size_t>(found - m_samples.begin());
}

HistogramSlice SampleHistory::merged(Phase phase, const std::optional<TimeRange> &range) const
{
    HistogramSlice sum;
    for (std::size_t i = range ? firstAfter(range->from) : 0; i < m_samples.size(); ++i) {
        if (range && m_samples[i].at - std::chrono::floor<Milliseconds>(m_samples[i].span) >= range->to)
            break;
        sum.merge(m_samples[i].phases[static_cast<std::size_t>(phase)]);
    }
    return sum;
}

}  // namespace holdline::monitor
