// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/rates.h"

#include <chrono>

namespace holdline::monitor {

Rates ratesBetween(const Sample &before, const Sample &now)
{
    const double seconds = std::chrono::duration<double>(now.at - before.at).count();
    if (seconds <= 0)
        return {};
    const auto more = [](std::uint64_t was, std::uint64_t is) {
        return static_cast<double>(is >= was ? is - was : is);
    };
    Rates rates;
    for (std::size_t i = 0; i < now.starts.size(); ++i)
        rates.starts += more(before.starts[i], now.starts[i]);
    for (std::size_t i = 0; i < now.requests.size(); ++i) {
        const auto reason = static_cast<Reason>(i);
        if (reason == Reason::ClientGone)
            continue;
        const bool isGood = reason == Reason::Completed || reason == Reason::PassedThrough ||
                            reason == Reason::HandedOver || reason == Reason::Replayed;
        (isGood ? rates.answered : rates.failed) += more(before.requests[i], now.requests[i]);
    }
    return {rates.starts / seconds, rates.answered / seconds, rates.failed / seconds};
}

}  // namespace holdline::monitor
