// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QString>
#include <QStringList>

#include <toml++/toml.h>

#include <variant>

namespace holdline::profile {

/// Reads a profile like readProfile(), but from a table of a larger file, such as the configuration. In error
/// messages `prefix`, for example "profile.mine.", stands before each key. Thread-safe.
std::variant<Profile, QStringList> readProfileTable(const toml::table &table, const QString &file,
                                                    const QString &prefix = {});

}  // namespace holdline::profile
