// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QLatin1StringView>
#include <QString>

#include <functional>
#include <vector>

namespace holdline::profile {

class ProfileValue;

/// Describes one field of a profile's file. The profile reader uses these descriptions, and the tables in
/// resources/docs/profiles.md are made from them.
struct ProfileField
{
    QLatin1StringView key;        ///< with its tables: "start.accepted.status"
    QLatin1StringView kind;       ///< for people: "locators", "time"
    QLatin1StringView byDefault;  ///< for people; empty when there is none
    QString meaning;
    /// Reads the value into the profile, whose tables exist. Reports what is wrong.
    std::function<void(Profile &, const ProfileValue &)> read;
};

/// All fields, grouped by table, in the order in which they are read. Built once. Thread-safe.
const std::vector<ProfileField> &profileFields();

}  // namespace holdline::profile
