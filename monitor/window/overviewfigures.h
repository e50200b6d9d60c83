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
    /// The share of answers with an error status. Requests whose client had left do not count.
    std::optional<double> errorShare;
    std::array<std::uint64_t, kReasonCount> answers{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::uint64_t retries = 0;
    HistogramSlice total;   ///< total times of answered requests
    HistogramSlice stored;  ///< durations of writes to the store
    std::uint64_t failedWrites = 0;
    std::optional<double> cpu;  ///< CPU use; 1 is one core

    std::uint64_t answerCount() const;
    std::uint64_t errorCount() const;
};

/// True for a reason with a status of 400 and more, except 499.
bool isError(Reason reason);

/// The span without a selected range: long enough for steady figures, but still recent.
inline constexpr Milliseconds kRecently{10'000};

/// The figures of the time between two samples. The histograms stay empty.
OverviewFigures figuresBetween(const Sample &before, const Sample &now);
/// The figures of the samples that end within `range`, or within kRecently before the newest.
OverviewFigures figuresOf(const SampleHistory &history, const std::optional<TimeRange> &range = {});

}  // namespace holdline::monitor
