// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/field.h"

#include <optional>

namespace holdline::monitor {

/// The value of one field of a live or ended job. `position` is the job's position in its queue, from 1, or 0
/// outside a queue; the row does not contain it.
Cell jobCell(const JobRow &row, Field field, WallTime now, int position);

/// The time when the present state began, computed from the durations in the row.
WallTime phaseBegan(const JobRow &row);

/// The share of the time from request to deadline that is used, 0 to 1. Stops at the end of an ended job.
/// Empty for a job without a deadline.
std::optional<double> jobProgress(const JobRow &row, WallTime now);

}  // namespace holdline::monitor
