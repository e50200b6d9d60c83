// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/routing/routeset.h"

#include <QStringList>

#include <cstdint>
#include <vector>

namespace holdline {

/// True when the API of this route knows our callback address beforehand.
bool isRegistered(const RouteConfig &route);

/// For each such route, which address an operator must register, for people. `ports` are those of the listen
/// addresses; without them the configured ones count.
QStringList registeredTexts(const Config &config, const std::vector<std::uint16_t> &ports = {});

}  // namespace holdline
