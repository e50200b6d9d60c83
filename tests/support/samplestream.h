// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <chrono>
#include <cstdint>
#include <random>

namespace holdline::monitor {

/// Random samples of an imaginary busy service. The same seed gives the same samples. The load rises and
/// falls, jobs take about half a second with a long tail, the queue follows the load, and some jobs fail.
class SampleStream
{
public:
    explicit SampleStream(std::uint32_t seed = 1, WallTime start = kStart);

    /// Returns the sample of the next second.
    Sample next();
    /// Advances the service without producing samples.
    void skip(std::chrono::seconds time);
    /// Sets the average number of jobs that end in a second.
    void setLoad(double jobsPerSecond) { m_load = jobsPerSecond; }
    /// Makes the upstream `times` times as slow, and its failures `times` times as frequent.
    void setTrouble(double times) { m_trouble = times; }
    void setDraining(bool draining) { m_now.draining = draining; }

    static constexpr Milliseconds kDeadline{10'000};
    /// The time of the first sample: 10:00:00 UTC on a day in 2026.
    static constexpr WallTime kStart{std::chrono::seconds(1'772'359'200)};

private:
    Microseconds around(double median, double spread);

    std::mt19937 m_random;
    double m_load = 60;
    double m_trouble = 1;
    int m_second = 0;
    Sample m_now;
};

}  // namespace holdline::monitor
