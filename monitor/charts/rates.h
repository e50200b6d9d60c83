// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

namespace holdline::monitor {

/// Rates per second between two samples.
struct Rates
{
    double starts = 0;    ///< start requests sent to the upstream, successful or not
    double answered = 0;  ///< client requests that got a successful response
    double failed = 0;    ///< client requests that got an error, including errors of the job itself
};

/// Computes the rates between two samples. All rates are zero when no time passed between the samples.
/// Handles counters that a restart of the service set to zero. A request whose client closed the connection
/// counts neither as answered nor as failed. Pure.
Rates ratesBetween(const Sample &before, const Sample &now);

}  // namespace holdline::monitor
