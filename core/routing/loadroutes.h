// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"

#include <QString>

namespace holdline {

/// Adds the routes to a configuration from loadConfig(): those of `[[route]]`, or one route for every path
/// when a profile is named (`--profile`). Reads the profiles and the secret files; their paths are relative
/// to `directory`. Adds all errors to `loaded`, each with file, line and key. Does nothing without routes and
/// without a profile.
void loadRoutes(LoadedConfig &loaded, const QString &directory);

}  // namespace holdline
