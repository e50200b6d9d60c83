// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QString>
#include <QStringList>

#include <toml++/toml.h>

#include <variant>

namespace holdline::profile {

/// As readProfile(), for a profile that is a table in a larger file such as the configuration. `prefix`
/// stands before the keys in messages, such as "profile.mine.".
std::variant<Profile, QStringList> readProfileTable(const toml::table &table, const QString &file,
                                                    const QString &prefix = {});

}  // namespace holdline::profile
