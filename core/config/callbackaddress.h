// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <vector>

namespace holdline {

/// Where the upstream sends callbacks, and where this service serves them.
struct CallbackAddress
{
    /// The path of callbacks without a path in `server.callback_url`. It is always served.
    static constexpr auto kUsualPath = "/callback";

    /// The upstream is told this URL, a slash and a token.
    QByteArray url;
    /// The paths that are served, each before a slash and a token. They are in normal form (normalPath()).
    /// First the path of `url`, then kUsualPath, if it is another one.
    std::vector<QByteArray> paths;
    /// What is left of the path of `url` when a proxy strips its first segments, longest first. An empty one
    /// is the token alone.
    std::vector<QByteArray> strippedPaths;
};

/// True for a URL that leads to a loopback address of this machine.
bool isOnThisMachine(const QUrl &url);

/// The index of the listen address at which the upstream reaches this service, when `server.callback_url` is
/// empty: the first one, but for an upstream on another machine one that it can reach, if there is one.
std::size_t callbackListener(const Config &config);

/// Reckons both sides from `server.callback_url`, or from a listen address when it is empty. `ports` are
/// those of the listen addresses; without them the configured ones count. A URL without a path gets
/// kUsualPath. Dot segments are resolved and slashes at the end are dropped, because HTTP clients do so too.
/// Pure.
CallbackAddress callbackAddress(const Config &config, const std::vector<std::uint16_t> &ports = {});

/// The same as a text for people, as `--check-config` prints it.
QString callbackText(const Config &config);

}  // namespace holdline
