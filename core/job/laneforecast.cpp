// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/laneforecast.h"

#include <algorithm>

namespace holdline {

namespace {

/// Longer waits are cut to this duration, so that the arithmetic cannot overflow.
constexpr std::chrono::hours kLongestWait{24 * 365};

/// Returns the wait behind `queued` jobs when `atATime` jobs are served at once, each in `each`, and `busy`
/// jobs are being served now.
Duration waitBehind(int queued, int busy, int atATime, Duration each)
{
    atATime = std::max(1, atATime);
    if (queued + busy < atATime)
        return Duration::zero();
    // `atATime` jobs are served per round. On average, the busy ones have half of their time left.
    const double rounds = (2.0 * queued + busy) / (2.0 * atATime);
    const double wait = static_cast<double>(each.count()) * rounds;
    constexpr auto longest = static_cast<double>(Duration(kLongestWait).count());
    return Duration(static_cast<Duration::rep>(std::min(wait, longest)));
}

}  // namespace

void forecastWait(LaneForecast &forecast, const StartWindow *window, TimePoint now,
                  std::optional<Duration> jobTime)
{
    const auto consider = [&forecast](LaneForecast::Limit limit, Duration wait) {
        if (forecast.wait && *forecast.wait >= wait)
            return;
        forecast.wait = wait;
        forecast.limit = limit;
    };
    const LaneRules &rules = forecast.rules;
    if (forecast.turn)
        consider(LaneForecast::Limit::Starts,
                 waitBehind(forecast.queued, forecast.inFlight, rules.starts, *forecast.turn));
    if (rules.running > 0 && jobTime)
        consider(LaneForecast::Limit::Running,
                 waitBehind(forecast.queued, forecast.running, rules.running, *jobTime));
    if (!rules.rate.isSet())
        return;
    const int next = forecast.queued + 1;
    const TimePoint start =
        window ? window->forecast(next, now) : StartWindow(rules.rate).forecast(next, now);
    consider(LaneForecast::Limit::Rate, start - now);
}

}  // namespace holdline
