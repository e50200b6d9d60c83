// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/updatesource.h"
#include "monitor/window/banner.h"
#include "monitor/window/hintpage.h"

namespace holdline::monitor {

// Pure functions that make texts for the user from states. A banner without a message has an empty text.

/// The state of the connection while the views show data of the time `asOf`. Empty when all is well.
BannerText connectionBanner(const SourceStatus &status, WallTime asOf, const QDateTime &now);
/// The content of the HintPage while there is no data. An empty status means that there is no source.
Hint startHint(const std::optional<SourceStatus> &status, const QDateTime &now);
/// A short state for the status bar: "Live", "Disconnected" …
struct StateText
{
    QString icon;
    QString text;
    BannerText::Kind kind = BannerText::Kind::Info;
};
StateText shortStateText(const SourceStatus &status);
/// "Next try in 3 s." Empty when no attempt is planned.
QString nextTryText(const SourceStatus &status, const QDateTime &now);

/// Empty when the service does not drain.
BannerText drainBanner(const LiveData &data);
/// Empty unless the newest sample says that the store is not available.
BannerText storeBanner(const LiveData &data);
/// Empty unless the newest sample says that the circuit breaker is open or half open.
BannerText circuitBanner(const LiveData &data);
/// Empty when the views are not frozen.
BannerText frozenBanner(const LiveData &data);
/// The number of snapshots that were needed because the monitor read too slowly. Empty for 0.
BannerText lagBanner(std::uint64_t lags);

}  // namespace holdline::monitor
