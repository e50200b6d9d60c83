// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QLatin1StringView>
#include <QString>

#include <functional>

namespace holdline::profile {

/// Takes one error: the field's key, and a clause for people that says what is wrong.
using ReportProblem = std::function<void(QLatin1StringView key, const QString &what)>;

/// Checks that the fields of a profile fit together. Each field was checked by itself before.
void checkProfile(const Profile &profile, const ReportProblem &report);

}  // namespace holdline::profile
