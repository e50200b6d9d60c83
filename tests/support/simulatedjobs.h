// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QRandomGenerator>

#include <deque>

namespace holdline::test {

/// A busy service as a monitor sees it, made up from a seed: so many live jobs, so many changes a second, in
/// proportions of a real run. For measuring a monitor without a service's cost beside it.
class SimulatedJobs
{
public:
    struct Options
    {
        int live = 10'000;
        int changesPerSecond = 5'000;
        int accounts = 500;
        quint32 seed = 1;
    };

    explicit SimulatedJobs(const Options &options);

    /// All that is there, as the parts of a snapshot; without sequence numbers.
    std::vector<monitor::Update> snapshot() const;
    /// What happened in the `span` that ends at `now`, as deltas that keep to the limit of rows; a sample
    /// when the last is a second old.
    std::vector<monitor::Update> advance(monitor::WallTime now, monitor::Milliseconds span);

private:
    monitor::JobRow makeJob(monitor::WallTime now);
    void step(monitor::JobRow &row, monitor::WallTime now);
    monitor::JobRow end(monitor::JobRow row, monitor::WallTime now);
    monitor::Sample makeSample(monitor::WallTime now);

    Options m_options;
    QRandomGenerator m_random;
    double m_due = 0;
    std::int64_t m_order = 0;
    std::deque<monitor::JobRow> m_live;  ///< oldest first
    std::array<LatencyHistogram, monitor::kPhaseCount> m_took;
    monitor::Sample m_last;
    std::array<LatencyHistogram, monitor::kPhaseCount> m_lastTook;
    std::array<std::uint64_t, kReasonCount> m_requests{};
    std::array<std::uint64_t, kCallbackOutcomeCount> m_callbacks{};
    std::array<std::uint64_t, kStartFateCount> m_starts{};
};

}  // namespace holdline::test
