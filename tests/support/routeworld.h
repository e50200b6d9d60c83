// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/routeset.h"
#include "tests/support/coordinatorworld.h"

namespace holdline::test {

/// A coordinator with two routes, each to its own job server: `one` at /one and `two` at /two. Their lanes
/// are `one/ACCOUNT` and `two/ACCOUNT`.
struct RouteWorld : CoordinatorWorld
{
    explicit RouteWorld(const Config &config) : CoordinatorWorld(config) {}
    explicit RouteWorld(const LaneLimits &limits) : CoordinatorWorld(configWith(limits)) {}

    /// Returns a configuration in which both routes have these limits.
    static Config configWith(const LaneLimits &limits)
    {
        auto set = std::make_shared<RouteSet>();
        for (const char *name : {"one", "two"}) {
            RouteConfig route;
            route.name = name;
            route.path = QByteArray("/") + name;
            route.upstream = QUrl(u"http://"_s + QLatin1StringView(name) + u".example/start"_s);
            route.limits = limits;
            set->routes.push_back(route);
        }
        Config config = quickConfig();
        config.routes = std::move(set);
        return config;
    }

    /// Sends a client's request to this route.
    Client ask(const QByteArray &route, const QByteArray &account, bool wait = true,
               http::HeaderFields headers = {})
    {
        http::Request request =
            post("{\"account\":\"" + account + "\",\"wait\":" + (wait ? "true" : "false") + '}',
                 std::move(headers));
        request.target = '/' + route;
        return holdRouted(request);
    }
};

}  // namespace holdline::test
