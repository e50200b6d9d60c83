// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

namespace holdline {

/// The shares of the process' file descriptors. No side can starve another: callbacks and starts work when
/// every client connection is taken.
struct DescriptorBudget
{
    int clients = 0;
    int callbacks = 0;
    int upstream = 0;
    int admin = 0;
    /// True when the limit does not allow the configured numbers.
    bool shrunk = false;
    /// False when the limit is too small for this number of threads.
    bool suffices = true;
};

/// Divides `limit` descriptors (RLIMIT_NOFILE). Gives each side its configured number when there is room,
/// otherwise a proportional share. Each thread needs some for itself. Pure.
DescriptorBudget shareDescriptors(const Config &config, int limit, int threads = 1);

}  // namespace holdline
