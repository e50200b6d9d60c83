// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/field.h"

#include <optional>

namespace holdline::monitor {

/// A job's values by field, for the tables of live and of ended jobs. Where it stands in its queue is not
/// known to its row: `position`, 0 when it is in none.
Cell jobCell(const JobRow &row, Field field, WallTime now, int position);

/// When the state it is in began, as far as its phases tell.
WallTime phaseBegan(const JobRow &row);

/// How much of the time from its asking to its deadline has passed or, once it has ended, was used: 0 to 1;
/// nothing when it has no deadline.
std::optional<double> jobProgress(const JobRow &row, WallTime now);

}  // namespace holdline::monitor
