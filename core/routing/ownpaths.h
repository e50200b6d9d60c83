// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// The address of the service's own that `path` is, or that it lies below: the jobs API, its description, and
/// callbacks. Requests to it never reach a route. Empty for other paths. Pure.
QByteArray ownPathAbove(const Config &config, QByteArrayView path);

}  // namespace holdline
