// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

namespace holdline {

/// How the process' descriptors are shared out, so that no side can starve another: callbacks and starts must
/// go through when every place for clients is taken.
struct DescriptorBudget
{
    int clients = 0;
    int callbacks = 0;
    int upstream = 0;
    int admin = 0;
    /// True when the limit does not allow what is configured.
    bool shrunk = false;
    /// False when it is too small for so many threads.
    bool suffices = true;
};

/// Shares out `limit` descriptors (RLIMIT_NOFILE): what is configured where there is room, and in proportion
/// where there is not. Each thread takes some for itself. Pure.
DescriptorBudget shareDescriptors(const Config &config, int limit, int threads = 1);

}  // namespace holdline
