// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/toolconfig.h"

#include "core/config/suggest.h"
#include "core/routing/loadroutes.h"
#include "core/routing/routeset.h"

#include <QDir>

namespace holdline::tools {

using namespace Qt::StringLiterals;

std::variant<Config, Exit> loadForTool(const Flags &flags)
{
    LoadedConfig loaded = loadConfig(flags, QProcessEnvironment::systemEnvironment(), QDir::currentPath());
    loadRoutes(loaded, QDir::currentPath());
    if (auto exit = earlyExit(loaded))
        return *exit;
    return loaded.config;
}

Config withoutSecrets(const Config &config)
{
    Config masked = config;
    if (!config.routes)
        return masked;
    auto routes = std::make_shared<RouteSet>(*config.routes);
    for (auto &[name, secret] : routes->secrets)
        secret = "SECRET-" + name;
    masked.routes = std::move(routes);
    return masked;
}

std::variant<const Route *, QString> chooseRoute(const Config &config, const RouteTable &routes,
                                                 const QString &name)
{
    if (!config.routes) {
        if (!name.isEmpty())
            return u"there are no routes in this configuration: name one with --profile, or in a file with --config"_s;
        return &routes.usual();
    }
    QStringList known;
    for (const RouteConfig &route : config.routes->routes)
        known.append(QString::fromUtf8(route.name));
    if (name.isEmpty() && known.size() > 1)
        return u"there are several routes: name one of them with --route: %1"_s.arg(known.join(u", "_s));
    const QString wanted = name.isEmpty() ? known.front() : name;
    if (known.contains(wanted))
        return routes.byName(wanted.toUtf8());
    return u"there is no route %1"_s.arg(quoted(wanted)) + thereAre(wanted, known);
}

}  // namespace holdline::tools
