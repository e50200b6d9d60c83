// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobprogress.h"

#include <algorithm>
#include <limits>

namespace holdline {

void JobProgress::add(QByteArrayView reported)
{
    if (reports < std::numeric_limits<int>::max())
        ++reports;
    state = reported.first(std::min(reported.size(), kStateBytes)).toByteArray();
    std::replace_if(
        state.begin(), state.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
}

}  // namespace holdline
