// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>

#include <utility>

namespace holdline {

/// One variable and where it stands, for people ("environment", ".env:3").
struct Variable
{
    QString name;
    QString value;
    QString place;
};

/// Turns variables into settings. `HOLDLINE_…` names must be ones we know; `CALLBACK_URL` and `PORT` are
/// understood as well and give way to the HOLDLINE_ names; all others are left alone. An empty value counts
/// as not set, as container tools pass unset variables on as empty ones.
Settings readVariables(const std::vector<Variable> &variables);

/// The variables of a `.env` text: `NAME=value` lines, `export` in front allowed, comments after `#`, values
/// bare, in 'single quotes' (as they are) or in "double quotes" (with \n, \t, \" , \\ and \$). Nothing is
/// expanded. A line that is none of these is an error with its number. `name` is the file as the user knows
/// it.
std::pair<std::vector<Variable>, std::vector<ConfigError>> readDotEnv(const QByteArray &text,
                                                                      const QString &name);

/// The variable that names the configuration file, as `--config` does.
inline constexpr QLatin1StringView kConfigVariable("HOLDLINE_CONFIG");

}  // namespace holdline
