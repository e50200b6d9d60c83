// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Returns the path of Holdline's own that equals `path` or lies above it: the path of the jobs API, of its
/// OpenAPI description, or of callbacks. Requests to these paths are never handled by a route. Returns an
/// empty text for other paths. Pure.
QByteArray ownPathAbove(const Config &config, QByteArrayView path);

}  // namespace holdline
