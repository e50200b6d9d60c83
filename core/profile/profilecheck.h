// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QLatin1StringView>
#include <QString>

#include <functional>

namespace holdline::profile {

/// Reports what is wrong at a field: its key, and a clause for people.
using ReportProblem = std::function<void(QLatin1StringView key, const QString &what)>;

/// Checks the fields against each other, after each of them was read by itself.
void checkProfile(const Profile &profile, const ReportProblem &report);

}  // namespace holdline::profile
