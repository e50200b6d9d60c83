// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>

#include <vector>

namespace holdline {

/// An error in a combination of values: each value alone is valid.
struct Conflict
{
    std::vector<QString> keys;  ///< TOML keys of the options involved; the first is the one to change
    QString text;               ///< the error, and a correct choice
};

/// Returns all conflicts between values of the configuration. Pure.
std::vector<Conflict> findConflicts(const Config &config);

}  // namespace holdline
