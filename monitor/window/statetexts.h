// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/updatesource.h"
#include "monitor/window/banner.h"
#include "monitor/window/hintpage.h"

namespace holdline::monitor {

// Pure functions that make texts for the user from states. A banner without a message has an empty text.

/// Describes the state of the connection while the views show data of the time `asOf`. Empty while updates
/// arrive without problems.
BannerText connectionBanner(const SourceStatus &status, WallTime asOf, const QDateTime &now);
/// Returns the content of the HintPage while there is no data. An empty `status` means that there is no
/// source.
Hint startHint(const std::optional<SourceStatus> &status, const QDateTime &now);
/// A short state for the status bar: "Live", "Disconnected" …
struct StateText
{
    QString icon;
    QString text;
    BannerText::Kind kind = BannerText::Kind::Info;
};
StateText shortStateText(const SourceStatus &status);
/// Returns "Next try in 3 s.", or an empty text when no attempt is planned.
QString nextTryText(const SourceStatus &status, const QDateTime &now);

/// Says that the service drains. Empty when the service does not drain.
BannerText drainBanner(const LiveData &data);
/// Says that the store is not available. Empty unless the newest sample says so.
BannerText storeBanner(const LiveData &data);
/// Describes a circuit breaker that is open or half open. Empty unless the newest sample reports one.
BannerText circuitBanner(const LiveData &data);
/// Says that the views are frozen. Empty when they are not.
BannerText frozenBanner(const LiveData &data);
/// Says how often the service had to send a new snapshot because the monitor read too slowly. Empty when
/// `lags` is 0.
BannerText lagBanner(std::uint64_t lags);

}  // namespace holdline::monitor
