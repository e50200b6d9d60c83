// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>

#include <utility>

namespace holdline {

/// One variable and its origin for people ("environment", ".env:3").
struct Variable
{
    QString name;
    QString value;
    QString place;
};

/// Turns variables into settings. An unknown `HOLDLINE_…` name is an error. `CALLBACK_URL` and `PORT` are
/// understood too, but a HOLDLINE_ name overrides them. All other variables are ignored. An empty value
/// counts as not set, because container tools pass unset variables on as empty ones.
Settings readVariables(const std::vector<Variable> &variables);

/// Reads the variables of a `.env` text. A line is `NAME=value`, with an optional `export` before it and
/// a comment after `#`. A value is bare, in 'single quotes' (without escapes) or in "double quotes" (with
/// \n, \t, \", \\ and \$). Nothing is expanded. Any other line is an error with its number. `name` is the
/// name of the file for messages.
std::pair<std::vector<Variable>, std::vector<ConfigError>> readDotEnv(const QByteArray &text,
                                                                      const QString &name);

/// The variable that names the configuration file, like `--config`.
inline constexpr QLatin1StringView kConfigVariable("HOLDLINE_CONFIG");

}  // namespace holdline
