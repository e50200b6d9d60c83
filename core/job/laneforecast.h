// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/startwindow.h"

#include <optional>

namespace holdline {

/// The limits that a route sets for each of its lanes, and the upstream to which the lane's start requests
/// go.
struct LaneRules
{
    /// Start requests that may be in flight at once, up to kManyStarts. 0: Lanes::Limits::startsPerAccount.
    int starts = 0;
    int running = 0;   ///< jobs that may run at once; 0: no limit
    StartRate rate{};  ///< limit of start requests per time
    int upstream = 0;  ///< index of the upstream, below Lanes::Limits::upstreams

    /// No limit in practice: more start requests than all lanes together may have in flight.
    static constexpr int kManyStarts = 1'000'000;
};

/// The state of a lane, and how long one more job at its end would wait.
struct LaneForecast
{
    enum class Limit { Starts, Running, Rate };

    int queued = 0;
    int inFlight = 0;
    int running = 0;               ///< jobs that hold a place; only in lanes of routes
    int rateUsed = 0;              ///< starts that count for the rate
    std::optional<Duration> turn;  ///< smoothed duration of one turn in this lane, or else in all lanes
    /// How long a new job would wait until its start request is sent. Empty for a paused lane. Also empty
    /// when nothing is known: no start request was measured yet, and the lane has no rate.
    std::optional<Duration> wait;
    Limit limit = Limit::Starts;  ///< the limit for which the job would wait longest
    LaneRules rules;
    bool isOfRoute = false;  ///< the lane has rules of its own

    /// Number of jobs for which a new job may have to wait.
    int ahead() const { return queued + inFlight + (rules.running > 0 ? running : 0); }
};

/// Computes `wait` and `limit` from the other members. `window` has the recent start requests of a lane with
/// a rate; null when there are none. `jobTime` is how long a job runs; empty when unknown. Pure.
void forecastWait(LaneForecast &forecast, const StartWindow *window, TimePoint now,
                  std::optional<Duration> jobTime);

}  // namespace holdline
