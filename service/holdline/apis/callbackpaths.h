// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/apis/routetable.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace holdline {

/// Where callbacks are served. Each path stands before a slash and a token or the name of a route, and is in
/// normal form.
struct CallbackPaths
{
    std::vector<QByteArray> known{"/callback"};
    /// What proxies may leave of a known path. Served for well-formed tokens and names of routes with
    /// registered callbacks only, so that other requests to such addresses get their usual answers. An empty
    /// one is the token or name alone.
    std::vector<QByteArray> stripped{};
};

/// The address of registered callbacks of a route.
struct RegisteredAddress
{
    const Route *route = nullptr;
    QByteArrayView suffix;  ///< what follows the route's name, without the slash
};

/// Reads the path of a request, in normal form. Empty for any other path. A client's route that takes a path
/// goes before what a proxy may have left of a callback's, unless it takes every path.
std::optional<RegisteredAddress> registeredAddress(const RouteTable &routes, const CallbackPaths &paths,
                                                   QByteArrayView path);

}  // namespace holdline
