// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/recentextreme.h"

namespace holdline {

/// How long to wait for the callback of a job whose start is in doubt: kTimes the longest job of late, at
/// least kLeast. Before the first measured job it is the upper bound. The longest job counts, because a job
/// that is given up too early may be started twice. A value.
class DoubtPatience
{
public:
    static constexpr int kTimes = 10;
    static constexpr Duration kLeast = std::chrono::minutes(1);

    /// `took` is the time from the answer to a start to its callback.
    void add(Duration took) { m_longest.add(took); }
    /// At most `most`, also where that is below kLeast.
    Duration value(Duration most) const;

private:
    RecentMaximum m_longest;
};

}  // namespace holdline
