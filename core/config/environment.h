// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <utility>
#include <vector>

namespace holdline {

/// One variable and its origin for people ("environment", ".env:3").
struct Variable
{
    QString name;
    QString value;
    QString place;
};

/// The variable that names the configuration file, like `--config`.
inline constexpr QLatin1StringView kConfigVariable("HOLDLINE_CONFIG");
/// The prefix of our variables. Others may set such names too.
inline constexpr QLatin1StringView kOurPrefix("HOLDLINE_");

/// True for the variables that configure this program: those of the options, `HOLDLINE_CONFIG`,
/// `CALLBACK_URL` and `PORT`.
bool isKnownVariable(const QString &name);

/// Turns variables into settings. `CALLBACK_URL` and `PORT` are understood too, but a HOLDLINE_ name
/// overrides them. All other variables are ignored. An empty value counts as not set, because container tools
/// pass unset variables on as empty ones.
///
/// An unknown `HOLDLINE_…` name is a warning that names the nearest option. Names that Kubernetes and Docker
/// set for a service called holdline are ignored without one: `HOLDLINE_SERVICE_HOST`,
/// `HOLDLINE_PORT=tcp://10.0.0.5:3738`, `HOLDLINE_ADMIN_PORT_3739_TCP_ADDR` and so on.
Settings readVariables(const std::vector<Variable> &variables);

}  // namespace holdline
