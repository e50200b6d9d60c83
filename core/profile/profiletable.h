// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QString>
#include <QStringList>

#include <toml++/toml.h>

#include <variant>

namespace holdline::profile {

/// As readProfile(), for a profile that is a table in a larger file such as the configuration.
std::variant<Profile, QStringList> readProfileTable(const toml::table &table, const QString &file);

}  // namespace holdline::profile
