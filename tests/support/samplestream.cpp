// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/samplestream.h"

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

SampleStream::SampleStream(std::uint32_t seed, WallTime start) : m_random(seed)
{
    m_now.at = start;
}

Microseconds SampleStream::around(double median, double spread)
{
    std::lognormal_distribution<double> distribution(std::log(median), spread);
    return Microseconds(std::llround(distribution(m_random)));
}

void SampleStream::skip(std::chrono::seconds time)
{
    m_now.at += time;
    m_second += static_cast<int>(time.count());
}

Sample SampleStream::next()
{
    ++m_second;
    // The interval varies, because a real timer is never exactly on time.
    std::uniform_int_distribution<int> late(0, 3);
    const WallTime before = m_now.at;
    m_now.at += Milliseconds(998 + late(m_random));
    m_now.span = m_now.at - before;

    const double swell = 1 + 0.5 * std::sin(m_second / 45.0) + 0.25 * std::sin(m_second / 11.0);
    std::poisson_distribution<int> arrivals(m_load * swell);
    const int ended = arrivals(m_random);
    std::array<LatencyHistogram, kPhaseCount> seen;
    const auto record = [&seen](Phase phase, Microseconds took) {
        seen[static_cast<std::size_t>(phase)].record(took);
    };
    std::uniform_real_distribution<double> chance(0, 1);
    for (int i = 0; i < ended; ++i) {
        const Microseconds queue = around(2e3 + 9e4 * std::max(swell - 0.8, 0.0) * m_trouble, 0.6);
        const Microseconds start = around(7e3 * m_trouble, 0.35);
        Microseconds job = around(4.2e5 * m_trouble, 0.45);
        Reason reason = Reason::Completed;
        const double dice = chance(m_random);
        if (dice < 0.003 * m_trouble) {
            reason = Reason::CallbackTimeout;
            job = Microseconds(kDeadline) - queue - start;
        } else if (dice < 0.02 * m_trouble) {
            reason = Reason::JobFailed;
        }
        const Microseconds total = std::min<Microseconds>(queue + start + job + around(900, 0.2), kDeadline);
        record(Phase::Queue, queue);
        record(Phase::Start, start);
        if (reason != Reason::CallbackTimeout)
            record(Phase::Job, job);
        record(Phase::Total, total);
        ++m_now.requests[static_cast<std::size_t>(reason)];
        ++m_now.starts[static_cast<std::size_t>(StartFate::Accepted)];
        if (reason != Reason::CallbackTimeout)
            ++m_now.callbacks[static_cast<std::size_t>(CallbackOutcome::Matched)];
    }
    for (std::size_t i = 0; i < seen.size(); ++i)
        m_now.phases[i] = HistogramSlice::since(seen[i], {});
    m_now.held = static_cast<int>(ended * 0.55 * m_trouble);
    m_now.heldPeak = std::max(m_now.heldPeak, m_now.held);
    return m_now;
}

}  // namespace holdline::monitor
