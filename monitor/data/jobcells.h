// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/field.h"

#include <optional>

namespace holdline::monitor {

/// Returns the value of one field of a live or ended job. `position` is the job's position in its queue, from
/// 1, or 0 outside a queue; the row does not contain the position.
Cell jobCell(const JobRow &row, Field field, WallTime now, int position);

/// Returns the time when the job's present state began, computed from the durations in the row.
WallTime phaseBegan(const JobRow &row);

/// Returns the used share of the time from request to deadline: 0 at the request, 1 at the deadline and after
/// it. For an ended job, it is the share at its end. Empty for a job without a deadline.
std::optional<double> jobProgress(const JobRow &row, WallTime now);

}  // namespace holdline::monitor
