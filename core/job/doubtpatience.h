// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/recentextreme.h"

namespace holdline {

/// Computes how long to wait for the callback of a job of which it is unknown whether it was started: kTimes
/// the longest recent job duration, and at least kLeast. The longest duration counts, because a job that is
/// given up too early may be started twice. Before the first measured job the wait is the upper bound. A
/// value.
class DoubtPatience
{
public:
    static constexpr int kTimes = 10;
    static constexpr Duration kLeast = std::chrono::minutes(1);

    /// Adds a measured job duration: the time from the answer to a start request to the callback.
    void add(Duration took) { m_longest.add(took); }
    /// Returns the wait, at most `most`, even if `most` is below kLeast.
    Duration value(Duration most) const;

private:
    RecentMaximum m_longest;
};

}  // namespace holdline
