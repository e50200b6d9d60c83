// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <array>
#include <optional>

namespace holdline::monitor {

/// The figures of the Overview for a span of time. A figure without data is empty.
struct OverviewFigures
{
    Milliseconds span{};  ///< the time that the samples cover
    std::optional<double> startsPerSecond;
    std::optional<double> answersPerSecond;
    /// The share of answers with an error status, 0 to 1. Requests whose client closed the connection do not
    /// count.
    std::optional<double> errorShare;
    std::array<std::uint64_t, kReasonCount> answers{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::uint64_t retries = 0;
    HistogramSlice total;   ///< total times of answered requests
    HistogramSlice stored;  ///< durations of writes to the store
    std::uint64_t failedWrites = 0;
    std::optional<double> cpu;  ///< CPU use; 1 means one core fully used

    std::uint64_t answerCount() const;
    std::uint64_t errorCount() const;
};

/// True for a reason with a status of 400 and more, except 499.
bool isError(Reason reason);

/// The span of time when no range is selected: long enough for steady figures, but still recent.
inline constexpr Milliseconds kRecently{10'000};

/// Returns the figures for the time between two samples. The histograms stay empty.
OverviewFigures figuresBetween(const Sample &before, const Sample &now);
/// Returns the figures of the samples that end within `range`. Without a range: of the samples within
/// kRecently before the newest sample.
OverviewFigures figuresOf(const SampleHistory &history, const std::optional<TimeRange> &range = {});

}  // namespace holdline::monitor
