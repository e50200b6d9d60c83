// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

namespace holdline::monitor {

/// What one sample has more than the one before it, a second.
struct Rates
{
    double starts = 0;    ///< requests to the upstream to start a job, whatever came of them
    double answered = 0;  ///< requests that got what they asked for
    double failed = 0;    ///< requests that got an error, the job's own included
};

/// Zero when no time lies between them. A service that started anew in between counts from zero. Requests
/// whose client had left are in neither: nobody was answered. Pure.
Rates ratesBetween(const Sample &before, const Sample &now);

}  // namespace holdline::monitor
