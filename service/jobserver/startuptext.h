// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserveroptions.h"

#include <QString>

namespace holdline::jobserver {

/// What the job server prints when it listens. `address` is HOST:PORT. The first line says where it listens.
/// The lines behind it say what holdline must be told about the API of a profile: the public key of Ed25519
/// signatures, the address of published keys, and where registered callbacks go. Each line has an end.
QString startupText(const JobServerOptions &options, const QString &address);

}  // namespace holdline::jobserver
