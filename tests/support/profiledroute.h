// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profilereader.h"
#include "core/routing/routeset.h"

#include <memory>

namespace holdline::test {

/// Parses a profile. Ends the process when the TOML is wrong. The test may change the returned profile.
inline std::shared_ptr<profile::Profile> profileOf(const QByteArray &toml)
{
    auto read = profile::readProfile(toml, QStringLiteral("api.toml"));
    if (const auto *errors = std::get_if<QStringList>(&read))
        qFatal("%s", qPrintable(errors->join(QLatin1Char('\n'))));
    return std::make_shared<profile::Profile>(std::get<profile::Profile>(std::move(read)));
}

/// Makes a route set with one route: `api`, for /work and the paths below, with the upstream
/// http://up.example/base. Its only secret is `key`.
inline std::shared_ptr<const RouteSet> apiRoute(const QByteArray &profile)
{
    auto set = std::make_shared<RouteSet>();
    RouteConfig route;
    route.name = "api";
    route.path = "/work";
    route.takesRest = true;
    route.profile = profileOf(profile);
    route.upstream = QUrl(QStringLiteral("http://up.example/base"));
    set->routes.push_back(route);
    set->secrets.emplace("key", "secret key");
    return set;
}

}  // namespace holdline::test
