// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QString>

#include <vector>

namespace holdline {

/// An error of several values: each one is valid, but together they are wrong.
struct Conflict
{
    std::vector<QString> keys;  ///< the options involved, first the one to change
    QString text;               ///< the error, and a correct choice
};

std::vector<Conflict> findConflicts(const Config &config);

}  // namespace holdline
