// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/holdline/ports/jobstarter.h"

namespace holdline::tools {

/// Sends one request as the service would, and waits for its answer, at most 10 s. Needs a QCoreApplication.
StartResult callOnce(const Config &config, StartCall call);

}  // namespace holdline::tools
