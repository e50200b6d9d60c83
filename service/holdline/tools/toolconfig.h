// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "core/config/flags.h"
#include "service/holdline/apis/routetable.h"

#include <QString>

#include <variant>

namespace holdline::tools {

/// Loads the configuration with all routes and secrets. Returns an Exit when the tool must end, e.g. after an
/// error.
std::variant<Config, Exit> loadForTool(const Flags &flags);

/// Returns the configuration with a mark such as SECRET-token in place of each secret, so that requests made
/// with it can be printed.
Config withoutSecrets(const Config &config);

/// Returns the route called `name`, or the only route when `name` is empty. The error for people lists the
/// routes.
std::variant<const Route *, QString> chooseRoute(const Config &config, const RouteTable &routes,
                                                 const QString &name);

}  // namespace holdline::tools
