// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/routeset.h"

#include <QString>

namespace holdline {

/// Describes a route in words: the requests that it accepts, its upstream, what a callback means, and when
/// Holdline asks for or cancels a job. Several lines, without secrets. Pure.
QString routeText(const RouteConfig &route);

/// Describes all routes, as `--check-config` prints them. Empty when `routes` is null.
QString routesText(const RouteSet *routes);

}  // namespace holdline
