// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/startwindow.h"

#include <optional>

namespace holdline {

/// The limits that a route sets for each of its lanes, and the upstream of the lane's starts.
struct LaneRules
{
    int starts = 0;    ///< that may be in flight; 0: Lanes::Limits::startsPerAccount; up to kManyStarts
    int running = 0;   ///< jobs that may run at once; 0: no limit
    StartRate rate{};  ///< of starts
    int upstream = 0;  ///< number of the upstream, below Lanes::Limits::upstreams

    /// More than all lanes together may have.
    static constexpr int kManyStarts = 1'000'000;
};

/// How a job at the end of a lane would fare.
struct LaneForecast
{
    enum class Limit { Starts, Running, Rate };

    int queued = 0;
    int inFlight = 0;
    int running = 0;               ///< jobs that hold a place; only in lanes of routes
    int rateUsed = 0;              ///< starts that count for the rate
    std::optional<Duration> turn;  ///< smoothed duration of one turn in this lane, or else in all lanes
    /// How long the job would wait for its start. Empty for a paused lane, and when nothing is known: before
    /// the first measured start, in a lane without a rate.
    std::optional<Duration> wait;
    Limit limit = Limit::Starts;  ///< the limit that the job would wait for longest
    LaneRules rules;
    bool isOfRoute = false;  ///< the lane has rules of its own

    /// Jobs that a new one would have to wait for.
    int ahead() const { return queued + inFlight + (rules.running > 0 ? running : 0); }
};

/// Sets `wait` and `limit` from the other members. `window` has the start times of a lane with a rate, and is
/// null for a lane without start times. `jobTime` is how long a job holds its place; empty: unknown. Pure.
void forecastWait(LaneForecast &forecast, const StartWindow *window, TimePoint now,
                  std::optional<Duration> jobTime);

}  // namespace holdline
