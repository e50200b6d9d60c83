// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <utility>
#include <vector>

namespace holdline {

/// One variable from the environment or a `.env` file. `place` is its origin, for people: "environment" or
/// ".env:3" (line 3).
struct Variable
{
    QString name;
    QString value;
    QString place;
};

/// The variable that contains the path of the configuration file, like `--config`.
inline constexpr QLatin1StringView kConfigVariable("HOLDLINE_CONFIG");
/// The prefix of this program's variables. Container tools may set variables with this prefix too.
inline constexpr QLatin1StringView kOurPrefix("HOLDLINE_");

/// Returns whether `name` is a variable of this program: those of the options, `HOLDLINE_CONFIG`,
/// `CALLBACK_URL` and `PORT`.
bool isKnownVariable(const QString &name);

/// Makes settings from the variables `HOLDLINE_…`, `CALLBACK_URL` and `PORT`. Of two variables for the same
/// option, the one with the prefix HOLDLINE_ counts. All other variables are ignored. An empty value counts
/// as not set, because container tools pass unset variables on as empty ones.
///
/// An unknown `HOLDLINE_…` name causes a warning with the most similar name. Variables that Kubernetes and
/// Docker set for a service called holdline cause no warning: `HOLDLINE_SERVICE_HOST`,
/// `HOLDLINE_PORT=tcp://10.0.0.5:3738`, `HOLDLINE_ADMIN_PORT_3739_TCP_ADDR` and so on.
Settings readVariables(const std::vector<Variable> &variables);

}  // namespace holdline
