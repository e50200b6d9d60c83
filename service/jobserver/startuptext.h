// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserveroptions.h"

#include <QString>

namespace holdline::jobserver {

/// Returns the text that the job server prints when it begins to listen at `address` (HOST:PORT). The first
/// line says where it listens. With a profile, further lines say what Holdline's configuration needs: the
/// public key of Ed25519 signatures, the URL of published keys, and the address of registered callbacks. Each
/// line ends with a line break.
QString startupText(const JobServerOptions &options, const QString &address);

}  // namespace holdline::jobserver
