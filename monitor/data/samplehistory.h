// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"
#include "monitor/data/timerange.h"

#include <deque>
#include <optional>

namespace holdline::monitor {

/// The most recent samples for the charts, oldest first, one per second, `capacity` at most. Drops a sample
/// that is not newer than the last one; call clear() or dropAfter() when time goes back. Not thread-safe.
class SampleHistory
{
public:
    explicit SampleHistory(std::size_t capacity = 3600) : m_capacity(capacity) {}

    void append(Sample sample);
    void clear() { m_samples.clear(); }
    /// Removes the samples that are newer than `at`.
    void dropAfter(WallTime at);

    const std::deque<Sample> &samples() const { return m_samples; }
    bool isEmpty() const { return m_samples.empty(); }
    /// The time range from the beginning of the oldest sample's span to the newest sample. Empty without
    /// samples.
    std::optional<TimeRange> extent() const;
    /// Returns the index of the first sample that ends after `at`, or samples().size().
    std::size_t firstAfter(WallTime at) const;

    /// Returns the merged histogram of a phase over the samples that overlap `range`. Without a range, merges
    /// all samples.
    HistogramSlice merged(Phase phase, const std::optional<TimeRange> &range = {}) const;

private:
    std::size_t m_capacity;
    std::deque<Sample> m_samples;
};

}  // namespace holdline::monitor
