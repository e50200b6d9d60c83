// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

namespace holdline {

/// The division of the process' file descriptors. No use can take the descriptors of another: callbacks and
/// start requests work when every client connection is taken.
struct DescriptorBudget
{
    int clients = 0;    ///< connections of clients
    int callbacks = 0;  ///< connections reserved for callbacks
    int upstream = 0;   ///< connections to upstreams
    int admin = 0;      ///< connections to the admin listener
    /// True when the limit does not allow the configured numbers.
    bool shrunk = false;
    /// False when the limit is too small for this number of threads.
    bool suffices = true;
};

/// Divides `limit` descriptors (RLIMIT_NOFILE). Gives each use its configured number when there is room,
/// otherwise a smaller number. Each of the `threads` threads needs some descriptors for itself. Pure.
DescriptorBudget shareDescriptors(const Config &config, int limit, int threads = 1);

}  // namespace holdline
