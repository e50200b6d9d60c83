// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/callbackpaths.h"

namespace holdline {

namespace {

std::optional<RegisteredAddress> below(const RouteTable &routes, const QByteArray &parent,
                                       QByteArrayView path)
{
    if (!path.startsWith(parent + '/'))
        return std::nullopt;
    const QByteArrayView rest = path.sliced(parent.size() + 1);
    const qsizetype slash = rest.indexOf('/');
    const Route *route = routes.registered(slash < 0 ? rest : rest.first(slash));
    if (!route)
        return std::nullopt;
    return RegisteredAddress{route, slash < 0 ? QByteArrayView() : rest.sliced(slash + 1)};
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
