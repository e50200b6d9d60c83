// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/monitormessages/monitormessages.h"
#include "service/holdline/shards/shard.h"

#include <optional>

namespace holdline::monitor {

/// What the process has used so far, as the system tells it.
struct ProcessUsage
{
    Microseconds cpu{};  ///< user and system, all threads
    std::int64_t rssBytes = 0;

    static ProcessUsage now();
};

/// Makes a sample of how the shards stand, with what was measured since the sample before. Keeps about 40 KiB
/// while it is in use.
class MonitorSampler
{
public:
    /// `store`: nothing is known of it (yet).
    Sample sample(const ShardStatus &sum, const std::optional<StoreStatus> &store, const ProcessUsage &usage,
                  int observers, TimePoint now, WallTime at);
    /// The next sample is a first one.
    void reset() { m_before.reset(); }

private:
    using Histograms = std::array<LatencyHistogram, kPhaseCount>;
    struct Before
    {
        TimePoint at;
        Histograms phases;
        std::optional<LatencyHistogram> storeTook;
    };

    std::unique_ptr<Before> m_before;
};

}  // namespace holdline::monitor
