// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "core/config/flags.h"
#include "service/holdline/apis/routetable.h"

#include <QString>

#include <variant>

namespace holdline::tools {

/// The configuration of a tool, with all its routes and secrets, or how the tool must end.
std::variant<Config, Exit> loadForTool(const Flags &flags);

/// The same configuration with a mark such as SECRET-token in place of each secret, so that what is made of
/// it can be shown.
Config withoutSecrets(const Config &config);

/// The route that is meant: of this name, or the only one when the name is empty. The error names the routes.
std::variant<const Route *, QString> chooseRoute(const Config &config, const RouteTable &routes,
                                                 const QString &name);

}  // namespace holdline::tools
