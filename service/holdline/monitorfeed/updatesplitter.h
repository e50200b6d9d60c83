// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitorfeed.h"

#include <vector>

namespace holdline::monitor {

/// Splits a batch into updates of at most kMaxRowsPerUpdate rows, in order. `first` has the other members of
/// the first update. Returns nothing when there is nothing to send. Pure.
std::vector<Update> split(FeedBatch &&batch, Update &&first);

}  // namespace holdline::monitor
