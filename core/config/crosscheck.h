// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>

#include <vector>

namespace holdline {

/// Values that are right each for itself and wrong together.
struct Conflict
{
    std::vector<QString> keys;  ///< the options involved, the one to change first
    QString text;               ///< what is wrong and what would be right
};

std::vector<Conflict> findConflicts(const Config &config);

}  // namespace holdline
