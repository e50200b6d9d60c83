// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/callbackpaths.h"

#include "core/base/urlpath.h"

namespace holdline {

namespace {

std::optional<RegisteredAddress> below(const RouteTable &routes, const QByteArray &parent,
                                       QByteArrayView path)
{
    const auto split = splitBelow(path, parent);
    const Route *route = split ? routes.registered(split->segment) : nullptr;
    return route ? std::optional(RegisteredAddress{route, split->rest}) : std::nullopt;
}

}  // namespace

std::optional<RegisteredAddress> registeredAddress(const RouteTable &routes, const CallbackPaths &paths,
                                                   QByteArrayView path)
{
    if (!routes.hasRegistered())
        return std::nullopt;
    for (const QByteArray &known : paths.known) {
        if (auto found = below(routes, known, path))
            return found;
    }
    const Route *taker = routes.find(path);
    if (taker && !taker->config().path.isEmpty())
        return std::nullopt;
    for (const QByteArray &stripped : paths.stripped) {
        if (auto found = below(routes, stripped, path))
            return found;
    }
    return std::nullopt;
}

}  // namespace holdline
