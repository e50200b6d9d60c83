// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/updatesource.h"
#include "monitor/window/banner.h"
#include "monitor/window/hintpage.h"

namespace holdline::monitor {

/// How things stand, as texts for people. Nothing here keeps or changes anything; `now` is passed in.

/// Of the source, while something is known already: what is shown is as of `asOf`. Empty when all is well.
BannerText connectionBanner(const SourceStatus &status, WallTime asOf, const QDateTime &now);
/// In the place of the views while nothing is known yet; without a status there is no source at all.
Hint startHint(const std::optional<SourceStatus> &status, const QDateTime &now);
/// "Live", "Disconnected": one word and its sign for the status bar.
struct StateText
{
    QString icon;
    QString text;
    BannerText::Kind kind = BannerText::Kind::Info;
};
StateText stateWord(const SourceStatus &status);
/// "Next try in 3 s."; empty when none is planned.
QString nextTryText(const SourceStatus &status, const QDateTime &now);

/// Empty when the service does not drain.
BannerText drainBanner(const LiveData &data);
/// Empty while the store of durable jobs is available, as far as is known.
BannerText storeBanner(const LiveData &data);
/// Empty when the views are not frozen.
BannerText frozenBanner(const LiveData &data);
/// How often the service had to start over because this window read too slowly; empty when it never had.
BannerText lagBanner(std::uint64_t lags);

}  // namespace holdline::monitor
