// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/routing/routeset.h"

#include <QStringList>

#include <cstdint>
#include <vector>

namespace holdline {

/// True when an operator must register Holdline's callback address at the API of this route.
bool isRegistered(const RouteConfig &route);

/// Returns a text for people for each such route: the address that must be registered. `ports` are the actual
/// ports of the listen addresses. When `ports` is empty, the configured ports count.
QStringList registeredTexts(const Config &config, const std::vector<std::uint16_t> &ports = {});

}  // namespace holdline
