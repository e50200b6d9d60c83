// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitorfeed.h"

#include <vector>

namespace holdline::monitor {

/// A batch as deltas of kMaxRowsPerUpdate rows at most, in their order; `first` is what the first of them has
/// beside rows. None when there is nothing to tell. Pure.
std::vector<Update> split(FeedBatch &&batch, Update &&first);

}  // namespace holdline::monitor
