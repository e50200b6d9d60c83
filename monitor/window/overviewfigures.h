// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <array>
#include <optional>

namespace holdline::monitor {

/// What the Overview says of a span of time. Plain data; what cannot be said is empty.
struct OverviewFigures
{
    Milliseconds span{};  ///< what the samples in it cover
    std::optional<double> startsPerSecond;
    std::optional<double> answersPerSecond;
    /// Of all answers, those with an error status; a client that left got none.
    std::optional<double> errorShare;
    std::array<std::uint64_t, kReasonCount> answers{};
    std::array<std::uint64_t, kCallbackOutcomeCount> callbacks{};
    std::uint64_t retries = 0;
    HistogramSlice total;   ///< times of what was answered
    HistogramSlice stored;  ///< times of writes to the store
    std::uint64_t failedWrites = 0;
    std::optional<double> cpu;  ///< of one core

    std::uint64_t answerCount() const;
    std::uint64_t errorCount() const;
    std::uint64_t callbackCount() const;
};

/// Whether an answer for this reason counts as an error: a status of 400 and more, but not 499.
bool isError(Reason reason);

/// How long the span is without a range: long enough to be calm, short enough to be now.
inline constexpr Milliseconds kRecently{10'000};

/// Of the span that ends with `now`; its histograms are left empty.
OverviewFigures figuresBetween(const Sample &before, const Sample &now);
/// Of the samples that end within the range, or of those within kRecently of the newest.
OverviewFigures figuresOf(const SampleHistory &history, const std::optional<TimeRange> &range = {});

}  // namespace holdline::monitor
