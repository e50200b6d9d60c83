// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/routeset.h"

#include <QString>

namespace holdline {

/// A route in words: what it takes, where that goes, what a callback means, and when the upstream is asked
/// and told to cancel. Several lines, without secrets. Pure.
QString routeText(const RouteConfig &route);

/// All routes, as `--check-config` prints them. Empty without routes.
QString routesText(const RouteSet *routes);

}  // namespace holdline
