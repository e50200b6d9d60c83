// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/apis/routetable.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace holdline {

/// The paths at which callbacks are accepted, in normal form. Each path is followed by a slash and a token or
/// the name of a route.
struct CallbackPaths
{
    std::vector<QByteArray> known{"/callback"};
    /// What may remain of a known path after a proxy removed its beginning. Accepted only with well-formed
    /// tokens and names of routes with registered callbacks, so that other requests to such paths get their
    /// usual answers. An empty text means a path of only a slash and the token or name.
    std::vector<QByteArray> stripped{};
};

/// The address of registered callbacks of a route.
struct RegisteredAddress
{
    const Route *route = nullptr;
    QByteArrayView suffix;  ///< the rest of the path after the route's name, without the slash
};

/// Finds the registered callback address in a request's path, which is in normal form. Returns nothing for
/// any other path. A route that accepts clients' requests at this path comes before a `stripped` path, unless
/// the route accepts every path.
std::optional<RegisteredAddress> registeredAddress(const RouteTable &routes, const CallbackPaths &paths,
                                                   QByteArrayView path);

}  // namespace holdline
