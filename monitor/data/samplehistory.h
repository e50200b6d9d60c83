// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "monitor/data/timerange.h"

#include <deque>
#include <optional>

namespace holdline::monitor {

/// The last samples, oldest first, one a second: what the charts are drawn from. Bounded; a sample that is
/// not newer than the last one is dropped (a clock set back, a recording that starts again: clear() first).
/// Plain data, one thread.
class SampleHistory
{
public:
    explicit SampleHistory(std::size_t capacity = 3600) : m_capacity(capacity) {}

    void append(Sample sample);
    void clear() { m_samples.clear(); }
    /// Forgets the samples that are newer than `at`.
    void dropAfter(WallTime at);

    const std::deque<Sample> &samples() const { return m_samples; }
    bool isEmpty() const { return m_samples.empty(); }
    /// From the beginning of the oldest span to the newest sample; nothing when empty.
    std::optional<TimeRange> extent() const;
    /// Index of the first sample that ends after `at`; samples().size() when there is none.
    std::size_t firstAfter(WallTime at) const;

    /// All values of a phase that fall into the range; of everything without one.
    HistogramSlice merged(Phase phase, const std::optional<TimeRange> &range = {}) const;

private:
    std::size_t m_capacity;
    std::deque<Sample> m_samples;
};

}  // namespace holdline::monitor
