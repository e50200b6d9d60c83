// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

namespace holdline::monitor {

/// A range of times on the service's clock: `from` is included, `to` is not, and from < to.
struct TimeRange
{
    WallTime from{};
    WallTime to{};

    bool contains(WallTime at) const { return at >= from && at < to; }
    Milliseconds length() const { return to - from; }
    friend bool operator==(const TimeRange &, const TimeRange &) = default;
};

}  // namespace holdline::monitor
