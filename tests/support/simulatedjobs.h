// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QRandomGenerator>

#include <deque>

namespace holdline::test {

/// Simulates the updates of a busy service, from a seed. The numbers of live jobs and of changes per second
/// are options, and the kinds of changes have the proportions of a real run. Used to measure a monitor
/// without the cost of a service.
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

    /// Returns the whole state as the parts of a snapshot, without sequence numbers.
    std::vector<monitor::Update> snapshot() const;
    /// Returns the changes in the `span` that ends at `now`, as deltas within the limit of rows. Adds a
    /// sample when the last sample is a second old.
    std::vector<monitor::Update> advance(WallTime now, monitor::Milliseconds span);

private:
    monitor::JobRow makeJob(WallTime now);
    void step(monitor::JobRow &row, WallTime now);
    monitor::JobRow end(monitor::JobRow row, WallTime now);
    monitor::Sample makeSample(WallTime now);

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
