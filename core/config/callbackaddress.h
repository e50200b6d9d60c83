// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <vector>

namespace holdline {

/// The URL to which the upstream sends callbacks, and the paths at which this service receives them.
struct CallbackAddress
{
    /// The path of callbacks when `server.callback_url` has no path. The service receives callbacks at this
    /// path in any case.
    static constexpr auto kUsualPath = "/callback";

    /// The base of callback URLs. A job's callback URL is this URL, a slash and the job's token.
    QByteArray url;
    /// The paths at which callbacks are received, without the slash and the token after them. In normal form
    /// (normalPath()). First the path of `url`, then kUsualPath, if the path of `url` is a different one.
    std::vector<QByteArray> paths;
    /// Further paths at which callbacks are received, for a proxy that strips the first segments of the path
    /// of `url`: the remaining paths, longest first. In an empty one, the request's path is "/TOKEN".
    std::vector<QByteArray> strippedPaths;
};

/// Returns whether the URL's host is "localhost", in 127.0.0.0/8, or ::1. Names are not looked up. Pure.
bool isOnThisMachine(const QUrl &url);

/// Returns the index in `server.listen` of the address that callback URLs contain when `server.callback_url`
/// is empty. For an upstream on this machine: the first address. For an upstream elsewhere: the first address
/// that is neither loopback nor a wildcard, else the first wildcard address, else the first address.
std::size_t callbackListener(const Config &config);

/// Computes the callback address from `server.callback_url`, or from a listen address when that URL is empty.
/// `ports` are the actual ports of the listen addresses; when empty, the configured ports are used. A URL
/// without a path gets kUsualPath. Dot segments are resolved and slashes at the end are dropped, because HTTP
/// clients do so too. Pure.
CallbackAddress callbackAddress(const Config &config, const std::vector<std::uint16_t> &ports = {});

/// Describes the callback address as a text for people, as `--check-config` prints it.
QString callbackText(const Config &config);

}  // namespace holdline
