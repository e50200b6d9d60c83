// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/monitormessages/monitormessages.h"
#include "service/holdline/shards/shard.h"

#include <optional>

namespace holdline::monitor {

/// The resource usage of the process so far.
struct ProcessUsage
{
    Microseconds cpu{};         ///< user and system time of all threads
    std::int64_t rssBytes = 0;  ///< resident memory

    static ProcessUsage now();
};

/// Makes samples of the service's state and of the changes since the previous sample. Uses about 40 KiB while
/// active. Used by one thread.
class MonitorSampler
{
public:
    /// `store` is empty while the store has not reported its status.
    Sample sample(const ShardStatus &sum, const std::optional<StoreStatus> &store, const ProcessUsage &usage,
                  int observers, TimePoint now, WallTime at);
    /// Forgets the previous sample, so that the next one contains no changes.
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
