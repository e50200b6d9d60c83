// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/circuitbreaker.h"
#include "core/job/lanes.h"
#include "core/job/problem.h"

#include <optional>

namespace holdline {

/// The shortest of the recent samples: what a duration cannot, as far as we have seen, go below. Two windows,
/// so that a change of the world is believed after at most two of them.
class RecentMinimum
{
public:
    explicit RecentMinimum(int window = 64) : m_window(window) {}

    void add(Duration sample);
    std::optional<Duration> value() const;

private:
    int m_window;
    int m_count = 0;
    std::optional<Duration> m_previous;
    std::optional<Duration> m_current;
};

/// What admission looks at when a request comes in.
struct AdmissionView
{
    bool draining = false;
    std::chrono::milliseconds drainTimeout{0};
    int held = 0;
    int heldLimit = 0;
    std::optional<Duration> jobTime;  ///< RecentMinimum of measured jobs; nothing for one that passes through
};

/// Decides at once whether a request is held. Nothing: it is. Otherwise the problem to answer: draining,
/// overloaded, circuit_open, lane_full, or deadline_unreachable, which is only said when the account's queue
/// at its measured pace plus the quickest recent job would end after the deadline. A lane with nothing in it
/// is always tried: were it refused too, nothing would ever measure that the upstream became quicker. Pure.
std::optional<Problem> refusal(const AdmissionView &view, const Lanes &lanes, const CircuitBreaker &circuit,
                               const QByteArray &account, TimePoint now, TimePoint deadline);

}  // namespace holdline
