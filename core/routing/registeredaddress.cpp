// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/registeredaddress.h"

#include "core/config/callbackaddress.h"

namespace holdline {

using namespace Qt::StringLiterals;

bool isRegistered(const RouteConfig &route)
{
    return route.profile && route.profile->start.callbackMode == profile::StartRule::CallbackMode::Registered;
}

QStringList registeredTexts(const Config &config, const std::vector<std::uint16_t> &ports)
{
    QStringList texts;
    if (!config.routes)
        return texts;
    for (const RouteConfig &route : config.routes->routes) {
        if (!isRegistered(route))
            continue;
        QString url = QString::fromLatin1(callbackAddress(config, ports).url + '/' + route.name);
        if (ports.empty() && config.server.callbackUrl.isEmpty())
            url.replace(u":0/"_s, u":PORT/"_s);
        texts.append(u"Register %1 at the API of route %2. Its callbacks come there."_s.arg(
            url, QString::fromUtf8(route.name)));
    }
    return texts;
}

}  // namespace holdline
